package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/internal/estate"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

func newSecretList(streams Streams, steps stepper) *cobra.Command {
	return newList(streams, &cobra.Command{
		Short: "Show which Secrets a system needs, and which keys are missing",
		Long: `Show which Secrets a system needs, with which keys, what each is for and where it
comes from. Of Secrets in Git, it says which keys are there; it opens none, and
needs no key.`,
		Example: `  atticgen secret list
  atticgen secret list --overlay overlays/production --format json`,
	}, func(streams Streams, format report.Format, o estateOptions, overlays []string) error {
		var lists []report.SecretList
		err := o.eachSet(overlays, func(opened *estate.Overlay, set *estate.Set) error {
			steps("%s %s: backend %s", opened.Path, set, set.Secrets.Backend)
			list, err := o.secretList(opened, set)
			lists = append(lists, list)
			return err
		})
		if err != nil {
			return asInput(err)
		}
		return printed(report.WriteSecrets(streams.Out, format, lists))
	})
}

func (o *estateOptions) secretList(opened *estate.Overlay, set *estate.Set) (report.SecretList, error) {
	list := report.SecretList{Set: fmt.Sprintf("%s: %s", opened.Name(), set), Backend: set.Secrets.Backend}
	for _, need := range set.Needed {
		keys, found, err := opened.Keys(set, need.Name)
		if err != nil {
			return list, err
		}
		secret := report.Secret{Name: need.Name, Purpose: need.Purpose}
		for _, name := range need.Keys {
			key := report.SecretKey{Name: name, State: report.KeyElsewhere, From: elsewhere(set, need, name)}
			switch {
			case has(keys, name):
				key.State, key.From = report.KeyThere, estate.Folder+"/"+set.SecretFile(need.Name)
			case inGit(set, need):
				key.State, key.From = report.KeyMissing, o.making(opened, set, need, name)
			case found:
				key.State = report.KeyMissing
			}
			secret.Keys = append(secret.Keys, key)
		}
		list.Secrets = append(list.Secrets, secret)
	}
	return list, nil
}

// inGit tells whether a Secret ought to be in the folder.
func inGit(set *estate.Set, need secrets.Needed) bool {
	return need.Type == "" && set.InGit() && !set.Unsealed(need.Name)
}

// making is the command that puts a key into the folder.
func (o *estateOptions) making(opened *estate.Overlay, set *estate.Set, need secrets.Needed, key string) string {
	about, public, next := o.about(opened, set), set.PublicRef(), set.NextPublicRef()
	_, planned := set.Plan.Tokens[key]
	switch {
	case planned && set.Plan.Tokens[key].Secret == need.Name:
		return "atticgen token issue " + about + o.signs(set, need.Name, keyOption{}, "")
	case need.Name == next.SecretName && key == next.Key && set.SigningKey().Next != nil:
		return "atticgen token rotate-key " + about + keyFile(set, "--key-out ../next.pem")
	case need.Name == public.SecretName && key == public.Key, need.Name == set.PrivateRef().SecretName && key == set.PrivateRef().Key:
		return "atticgen token keygen " + about + keyFile(set, "--out ../attic.pem")
	}
	return "atticgen secret set " + about + " " + need.Name + " " + shellQuoted(key) + " --from-file -"
}

// keyFile is the flag for the private half, where the overlay does not keep that.
func keyFile(set *estate.Set, flag string) string {
	if set.Secrets.Backend == secrets.SOPS {
		return ""
	}
	return " " + flag
}

// elsewhere is where a key comes from that is not kept in the folder.
func elsewhere(set *estate.Set, need secrets.Needed, key string) string {
	switch {
	case need.Kept:
		return "a private file"
	case set.Secrets.Backend == secrets.External:
		return "the store: " + secrets.StoredAt(*set.Secrets.ExternalSecrets, need.Name, key)
	case need.Type != "":
		return "kubectl create secret docker-registry"
	}
	return "whoever makes it"
}
