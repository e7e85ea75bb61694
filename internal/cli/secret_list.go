package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/internal/estate"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

func newSecretList(streams Streams, steps stepper) *cobra.Command {
	var o estateOptions
	var overlays []string
	var format report.SummaryFormat
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show which Secrets a system needs, and which keys are missing",
		Long: `Show which Secrets a system needs, with which keys, what each is for and where it
comes from. Of Secrets in Git, it says which keys are there; it opens none, and
needs no key.`,
		Example: `  atticgen secret list
  atticgen secret list --overlay overlays/production --format json`,
		Args: secretless(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			return guarded(streams, func(streams Streams) error {
				lists, err := secretLists(steps, o, overlays)
				if err != nil {
					return asInput(err)
				}
				return printed(report.WriteSecrets(streams.Out, format.Format, lists))
			})
		},
	}
	flags := cmd.Flags()
	o.addCommon(flags)
	flags.Lookup("sops").Hidden = true // Nothing is opened.
	addOverlays(flags, &overlays)
	flags.Var(&format, "format", "form of the list: text, markdown or json")
	return cmd
}

func secretLists(steps stepper, o estateOptions, overlays []string) ([]report.SecretList, error) {
	overlays, err := everyOverlay(o.root, overlays)
	if err != nil {
		return nil, err
	}
	var lists []report.SecretList
	for _, given := range overlays {
		opened, err := o.open(given)
		if err != nil {
			return nil, err
		}
		for _, set := range opened.Sets {
			if !o.means(set) {
				continue
			}
			steps("%s %s: backend %s", opened.Path, set, set.Secrets.Backend)
			list, err := secretList(opened, set)
			if err != nil {
				return nil, err
			}
			lists = append(lists, list)
		}
	}
	return lists, nil
}

func secretList(opened *estate.Overlay, set *estate.Set) (report.SecretList, error) {
	list := report.SecretList{Set: fmt.Sprintf("%s: %s", opened.Name(), set), Backend: set.Secrets.Backend}
	for _, need := range set.Needed {
		keys, found, err := opened.Keys(set, need.Name)
		if err != nil {
			return list, err
		}
		secret := report.Secret{Name: need.Name, Purpose: need.Purpose, Source: source(set, need, found)}
		for _, key := range need.Keys {
			state := report.KeyElsewhere
			switch {
			case has(keys, key):
				state = report.KeyThere
			case found || inGit(set, need):
				state = report.KeyMissing
			}
			secret.Keys = append(secret.Keys, report.SecretKey{Name: key, State: state})
		}
		list.Secrets = append(list.Secrets, secret)
	}
	return list, nil
}

// inGit tells whether a Secret ought to be in the folder.
func inGit(set *estate.Set, need secrets.Needed) bool {
	switch {
	case need.Type != "":
		return false
	case need.Kept:
		return set.Secrets.Backend == secrets.SOPS
	}
	return set.InGit()
}

// source says where a Secret comes from.
func source(set *estate.Set, need secrets.Needed, found bool) string {
	switch {
	case found:
		return estate.Folder + "/" + set.SecretFile(need.Name)
	case inGit(set, need) && need.Tokens:
		return "atticgen token issue"
	case inGit(set, need) && (need.Kept || need.Name == set.PublicRef().SecretName && len(need.Keys) == 1):
		return "atticgen token keygen"
	case inGit(set, need):
		return "atticgen secret set"
	case need.Kept:
		return "a private file"
	case set.Secrets.Backend == secrets.External:
		return "an ExternalSecret"
	case need.Type != "":
		return "kubectl create secret docker-registry"
	}
	return "whoever makes it"
}
