package secretfile

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"
)

// publicKey is that of the controller's certificate: the first of several, as
// kubeseal takes it.
func publicKey(text []byte, now time.Time) (*rsa.PublicKey, error) {
	const fetch = "; write it anew with kubeseal --fetch-cert"
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return nil, errors.New("holds no certificate in PEM" + fetch)
		}
		if strings.Contains(block.Type, "PRIVATE KEY") {
			return nil, errors.New("holds a private key, which stays in the cluster: remove it from here and from Git's history; a certificate is enough" + fetch)
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("holds a certificate that is not whole: %w"+fetch, err)
		}
		return usable(certificate, now, fetch)
	}
}

func usable(c *x509.Certificate, now time.Time, fetch string) (*rsa.PublicKey, error) {
	key, ok := c.PublicKey.(*rsa.PublicKey)
	switch {
	case !ok:
		return nil, fmt.Errorf("holds a certificate for %s, and the controller's are for RSA"+fetch, c.PublicKeyAlgorithm)
	case key.N.BitLen() < 2048:
		return nil, fmt.Errorf("holds a certificate for RSA with %d bits, which is too little to be safe; the controller makes 4096"+fetch, key.N.BitLen())
	case now.After(c.NotAfter):
		return nil, fmt.Errorf("holds a certificate that expired at %s; the controller has made a new one since"+fetch, c.NotAfter.UTC().Format(time.RFC3339))
	case now.Before(c.NotBefore):
		return nil, fmt.Errorf("holds a certificate that is good from %s only; is this clock right, and the controller's"+fetch, c.NotBefore.UTC().Format(time.RFC3339))
	}
	return key, nil
}
