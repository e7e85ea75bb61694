package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/config"
)

// recipients compares who can decrypt a file with whom .sops.yaml names for it. It
// is an error if somebody was taken out there and not here, because a new value
// would go to them; of somebody who was added, it warns.
func recipients(has sops.Metadata, path string) (warning string, err error) {
	file := os.Getenv("SOPS_CONFIG")
	if file == "" {
		found, err := config.LookupConfigFile(path)
		if err != nil {
			return "", nil // Nobody says who there should be.
		}
		file = found.Path
	}
	rule, err := config.LoadCreationRuleForFile(file, path, nil)
	switch {
	case err != nil && strings.Contains(err.Error(), "no matching creation rules"), err == nil && rule == nil:
		return "", nil
	case err != nil:
		return "", fmt.Errorf("%s: %w; mend it, so that who may decrypt %s can be compared", file, err, path)
	}
	before, after := names(has.KeyGroups), names(rule.KeyGroups)
	removed, added := without(before, after), without(after, before)
	update := "run sops updatekeys " + path
	switch {
	case len(removed) > 0:
		return "", fmt.Errorf("the file can be decrypted by %s, whom %s no longer names for it, and who would get the new value too; %s first, and set values anew that they are not to know", strings.Join(removed, ", "), file, update)
	case len(added) > 0:
		return fmt.Sprintf("cannot be decrypted by %s, whom %s names for it; %s", strings.Join(added, ", "), file, update), nil
	}
	return "", nil
}

// names are those of the keys that a file is encrypted for, each once.
func names(groups []sops.KeyGroup) []string {
	var all []string
	for _, group := range groups {
		for _, key := range group {
			all = append(all, key.ToString())
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(name string) bool { return slices.Contains(some, name) })
}
