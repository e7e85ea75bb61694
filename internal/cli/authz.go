package cli

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/internal/authz"
)

func newAuthz(streams Streams, version string) *cobra.Command {
	o := authz.Options{Version: version, Log: streams.Err}
	cmd := &cobra.Command{
		Use:   "authz",
		Short: "Serve the answer to whether a request's token may be let through",
		Long: `Serve the answer to whether a request may be let through to Attic, for a reverse
proxy that asks before it forwards one, as Traefik does with forward
authentication. Requests without a token pass; those with one pass if a known
key has signed it, it is valid now, and it is not on the list of revoked tokens.
docs/revocation.md has the answers, the metrics and what is logged.

Files are read again when they change. While they cannot be used, requests with
a token are answered with 503. The server is ready once they could be used.

Exit codes: 0 stopped by a signal; 1 an address cannot be served; 2 the command
line is wrong.`,
		Example: `  atticgen authz --public-key signing-key.pub --revoked revoked.json
  atticgen authz --listen 127.0.0.1:8081 --admin 127.0.0.1:9091 \
    --public-key old.pub --public-key new.pub --revoked revoked.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Drain < 0 {
				return errors.New("--drain is negative; write how long requests are still answered, as in 5s")
			}
			server, err := authz.Listen(cmd.Context(), o)
			if err == nil {
				err = server.Serve(cmd.Context())
			}
			if err != nil {
				return &failure{code: ExitInput, err: err}
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.Listen, "listen", ":8081", "address that the proxy asks")
	flags.StringVar(&o.Admin, "admin", ":9091", "address of /livez, /readyz and /metrics")
	flags.StringArrayVar(&o.PublicKeys, "public-key", nil, "file with a public key that tokens may be signed with, in PEM form or base64 of it; may be given several times")
	flags.StringVar(&o.Revoked, "revoked", "", "file with the list of revoked tokens (revoked.json)")
	flags.StringVar(&o.Issuer, "issuer", "", "issuer (iss) that tokens must have; any without it")
	flags.StringArrayVar(&o.Audiences, "audience", nil, "audience (aud), one of which tokens must name; any without it; may be given several times")
	flags.BoolVar(&o.RequireID, "require-id", false, "refuse tokens without an ID (jti), which can be revoked by their digest only")
	flags.DurationVar(&o.Drain, "drain", 5*time.Second, "how long requests are still answered when readiness has failed at the end")
	for _, name := range []string{"public-key", "revoked"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // a flag that is not defined above
		}
	}
	return cmd
}
