package token_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/internal/token"
)

// However a private key is printed, it does not come out.
func TestPrivateKeyHidesItself(t *testing.T) {
	type holder struct {
		Key   *token.PrivateKey
		Plain token.PrivateKey
		own   *token.PrivateKey
	}
	key := ourKey()
	values := map[string]any{
		"pointer": key, "value": *key, "list": []*token.PrivateKey{key}, "map": map[string]token.PrivateKey{"a": *key},
		"struct": holder{key, *key, key}, "pointer to struct": &holder{key, *key, key},
	}
	var outputs []string
	for _, value := range values {
		for _, verb := range "vTtbcdoOqxXUeEfFgGspw" {
			for _, flag := range []string{"", "+", "#", " ", "-10.3", "0"} {
				outputs = append(outputs, fmt.Sprintf("%"+flag+string(verb), value))
			}
		}
		outputs = append(outputs, fmt.Sprint(value), fmt.Sprintln(value), fmt.Errorf("%v", value).Error())
		asJSON, err := json.Marshal(value)
		if err != nil {
			t.Error(err)
		}
		asYAML, err := yaml.Marshal(value)
		if err != nil {
			t.Error(err)
		}
		var logged bytes.Buffer
		slog.New(slog.NewTextHandler(&logged, nil)).Info("m", "key", value)
		slog.New(slog.NewJSONHandler(&logged, nil)).Info("m", "key", value)
		outputs = append(outputs, string(asJSON), string(asYAML), logged.String())
	}
	raw := rsaKey(t, key)
	for _, secret := range []*big.Int{raw.D, raw.Primes[0], raw.Primes[1], raw.Precomputed.Dp} {
		for _, written := range []string{secret.String(), secret.Text(16), strings.ToUpper(secret.Text(16)), string(secret.Bytes()), std(string(secret.Bytes()))} {
			for _, output := range outputs {
				if strings.Contains(output, written[:24]) {
					t.Fatalf("it shows itself: %.60q", output)
				}
			}
		}
	}
	for _, output := range outputs {
		if leaks(output, string(key.PEM()[40:])) || leaks(output, key.Base64()) {
			t.Fatalf("it shows itself: %.60q", output)
		}
	}
	for _, output := range []string{fmt.Sprint(key), fmt.Sprintf("%#v", *key), fmt.Sprintf("%x", key), key.String(), key.GoString()} {
		if output != "[private key]" {
			t.Errorf("got %q", output)
		}
	}
	if text, err := json.Marshal(values["struct"]); string(text) != `{"Key":"[private key]","Plain":"[private key]"}` {
		t.Errorf("got %s, %v", text, err)
	}
}
