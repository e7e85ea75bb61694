package cli

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/generators/objectstore"
	"gitlab.com/attic-cache/atticgen/internal/buckets"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

func newBucket(streams Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bucket",
		Short: "Create and configure a bucket in an S3 store",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			say(streams.Err, cmd.UsageString())
			return &failure{code: ExitUsage}
		},
	}
	cmd.AddCommand(newBucketApply(streams))
	return cmd
}

func newBucketApply(streams Streams) *cobra.Command {
	var o buckets.Options
	cmd := &cobra.Command{
		Use:   "apply FILE",
		Short: "Make a bucket exist, with the settings that a document asks for",
		Long: `Make a bucket exist, with the settings that a document asks for: versions,
encryption, lifecycle rules. It writes only what differs, and deletes nothing;
versions that are on stay on, and lifecycle rules of others stay as they are.

This is what the Job runs that provisioning in mode job generates. Credentials
are those of the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for
temporary ones, AWS_SESSION_TOKEN.`,
		Example: "  atticgen bucket apply --endpoint https://s3.example.com bucket.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if o.Desired, err = readBucket(args[0]); err != nil {
				return &failure{code: ExitInput, err: err}
			}
			o.AccessKeyID = os.Getenv(objectstore.KeyAccessKeyID)
			o.SecretAccessKey = os.Getenv(objectstore.KeySecretAccessKey)
			o.SessionToken = os.Getenv(objectstore.KeySessionToken)
			outcomes, err := buckets.Apply(cmd.Context(), o)
			for _, outcome := range outcomes {
				if _, err := fmt.Fprintln(streams.Out, describeSetting(outcome)); err != nil {
					return &failure{code: ExitOutput, err: fmt.Errorf("standard output: %w", err)}
				}
			}
			if err != nil {
				return &failure{code: ExitOutput, err: err}
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.Endpoint, "endpoint", "", "URL of the S3 API, as in https://s3.example.com")
	flags.StringVar(&o.Region, "region", objectstore.DefaultRegion, "region of the bucket")
	flags.BoolVar(&o.IgnoreUnsupported, "ignore-unsupported", false, "succeed although the store does not have one of the settings")
	flags.DurationVar(&o.Wait, "wait", 5*time.Minute, "how long to wait for a store that does not answer yet")
	if err := cmd.MarkFlagRequired("endpoint"); err != nil {
		panic(err) // a flag that is not defined above
	}
	return cmd
}

func readBucket(file string) (objectstore.DesiredBucket, error) {
	f, err := os.Open(file)
	if err != nil {
		return objectstore.DesiredBucket{}, unreadable(file, err, "name the document of a bucket, as provisioning generates it")
	}
	defer func() { _ = f.Close() }()
	desired, err := buckets.ReadDesired(f)
	if list, ok := errors.AsType[diag.List](err); ok {
		for i := range list {
			list[i].File = file
		}
	}
	return desired, err
}

func describeSetting(o buckets.Outcome) string {
	line := o.Setting + ": " + o.Action
	if o.Detail != "" {
		line += " (" + o.Detail + ")"
	}
	return diag.Escape(line)
}
