package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// What is printed after a step, so that the next one can be done as it stands there.

// writeIDs says where the IDs of keys are written, and how. An empty ID of the next
// one leaves that out.
func (k *keyChange) writeIDs(present, next string) []string {
	said := []string{"write into " + k.place() + ":", "  spec:", "    signingKey:", "      keyID: " + present}
	if next != "" {
		said = append(said, "      next:", "        keyID: "+next)
	}
	return said
}

// place is where what holds for this environment alone is written: keys are not
// those of all environments that share a base.
func (k *keyChange) place() string {
	if file := k.set.Patch(k.opened); file != "" {
		return file
	}
	return fmt.Sprintf("a patch of AtticCache %s in %s (not into the base: other environments have other keys)", k.set.Names.Name, k.opened.Path)
}

// render says how a change gets into Git.
func (k *keyChange) render() string {
	root := ""
	if filepath.Clean(k.root) != "." {
		root = " --root " + shellQuoted(filepath.ToSlash(k.root))
	}
	return fmt.Sprintf("run atticgen render%s && atticgen verify%s, and commit overlay and environment together", root, root)
}

// applied says how to see that the cluster has a change: the server that refuses
// revoked tokens knows the keys too.
func (k *keyChange) applied(deployment string) []string {
	said := []string{"when the commit has been applied, wait until this has succeeded:"}
	wait := func(name string) {
		said = append(said, fmt.Sprintf("  kubectl -n %s rollout status deployment/%s", k.set.Names.Namespace, name))
	}
	wait(deployment)
	if k.set.Tokens != nil && k.set.Tokens.Revocation == tokenset.Enforce {
		wait(k.set.Names.Authz())
	}
	return said
}

// takeNextOut says that the spec is to have one key again.
func (k *keyChange) takeNextOut(present string) []string {
	if k.set.SigningKey().Next == nil {
		return []string{k.render()}
	}
	return []string{fmt.Sprintf("take spec.signingKey.next out of %s, and keep keyID: %s", k.nextPlace(), present), k.render()}
}

// nextPlace is the file that has spec.signingKey.next.
func (k *keyChange) nextPlace() string {
	return k.set.Problem([]string{"spec", "signingKey", "next"}, "", "").File
}

// rendered refuses to sign with a key as long as the environment has no server that
// takes its tokens: they would be refused as soon as clients have them.
func (k *keyChange) rendered() error {
	if k.unrendered {
		return nil
	}
	dir := filepath.Join(k.root, environmentsFolder, k.opened.Name())
	want := manifest.ID{Group: "apps", Kind: "Deployment", Namespace: k.set.Names.Namespace, Name: k.set.Names.Next()}
	server, at, err := deployed(dir, want)
	d := diag.New(filepath.ToSlash(at), "is not of the key %s yet, so that no server takes its tokens", k.coming.ID())
	switch {
	case err != nil:
		return err
	case at == "":
		d.File = filepath.ToSlash(dir)
		d.Message = fmt.Sprintf("has no %s yet, so that no server takes tokens of the key %s", want, k.coming.ID())
	case strings.Contains(string(server.YAML()), k.coming.ID()):
		return nil
	}
	d.Hint = fmt.Sprintf("%s; when that has been applied and kubectl -n %s rollout status deployment/%s has succeeded, go on; where environments are kept elsewhere, look there, and write --unrendered", k.render(), want.Namespace, want.Name)
	return diag.List{d}
}

// deployed looks for an object below the folder of an environment. Where it is not
// there, its file is empty.
func deployed(dir string, want manifest.ID) (found manifest.Object, at string, err error) {
	err = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || path.Ext(name) != ".yaml" {
			return nil // What cannot be read, verify reports.
		}
		data, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(data), want.Name) {
			return nil
		}
		if o, err := manifest.FromYAML(data); err == nil && o.ID == want {
			found, at = o, name
			return fs.SkipAll
		}
		return nil
	})
	return found, at, err
}
