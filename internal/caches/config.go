package caches

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/atticcache"
)

// storeDir is where Nix has its store, unless it was built for another place.
const storeDir = "/nix/store"

// creation is the request that creates a cache.
type creation struct {
	Keypair               string   `json:"keypair"`
	IsPublic              bool     `json:"is_public"`
	StoreDir              string   `json:"store_dir"`
	Priority              int32    `json:"priority"`
	UpstreamCacheKeyNames []string `json:"upstream_cache_key_names"`
}

// config is the configuration of a cache in the server's answer, and in a
// request to change it. Attic allows every part to be absent: unknown in an
// answer, and not to be changed in a request. The signing key and the store
// directory are not here, so that no request can change them.
type config struct {
	PublicKey             *string    `json:"public_key,omitempty"`
	IsPublic              *bool      `json:"is_public,omitempty"`
	Priority              *int32     `json:"priority,omitempty"`
	UpstreamCacheKeyNames *[]string  `json:"upstream_cache_key_names,omitempty"`
	RetentionPeriod       *retention `json:"retention_period,omitempty"`
}

// retention is "Global" or {"Period": seconds}.
type retention struct {
	seconds *int64 // nil is the server's own
}

// globalRetention is the form of the server's own retention.
const globalRetention = "Global"

func (r retention) MarshalJSON() ([]byte, error) {
	if r.seconds == nil {
		return json.Marshal(globalRetention)
	}
	return json.Marshal(map[string]int64{"Period": *r.seconds})
}

func (r *retention) UnmarshalJSON(data []byte) error {
	var name string
	if json.Unmarshal(data, &name) == nil && name == globalRetention {
		*r = retention{}
		return nil
	}
	var own struct {
		Period *int64 `json:"Period"`
	}
	if json.Unmarshal(data, &own) == nil && own.Period != nil {
		*r = retention{seconds: own.Period}
		return nil
	}
	return errors.New("retention_period has an unknown form")
}

func (r retention) equal(other retention) bool {
	if r.seconds == nil || other.seconds == nil {
		return r.seconds == other.seconds
	}
	return *r.seconds == *other.seconds
}

func (r retention) String() string {
	if r.seconds == nil {
		return "the server's"
	}
	return fmt.Sprintf("%ds", *r.seconds)
}

// keyNames returns the list that Attic takes: it refuses null.
func keyNames(want atticcache.DesiredCache) []string {
	return append([]string{}, want.UpstreamCacheKeyNames...)
}

// difference returns the request that makes a cache be as wanted, and what it
// changes. What is not known is written. Text of the server goes through clean.
func difference(have config, want atticcache.DesiredCache, clean func(string) string) (config, []string) {
	var (
		patch   config
		changes []string
	)
	if have.IsPublic == nil || *have.IsPublic != want.Public {
		patch.IsPublic = &want.Public
		changes = append(changes, change("public", have.IsPublic, want.Public))
	}
	if have.Priority == nil || *have.Priority != want.Priority {
		patch.Priority = &want.Priority
		changes = append(changes, change("priority", have.Priority, want.Priority))
	}
	names := keyNames(want)
	if have.UpstreamCacheKeyNames == nil || !slices.Equal(*have.UpstreamCacheKeyNames, names) {
		patch.UpstreamCacheKeyNames = &names
		changes = append(changes, change("upstream keys", shownNames(have.UpstreamCacheKeyNames, clean), *shownNames(&names, clean)))
	}
	period := retention{seconds: want.RetentionSeconds}
	if have.RetentionPeriod == nil || !have.RetentionPeriod.equal(period) {
		patch.RetentionPeriod = &period
		changes = append(changes, change("retention", have.RetentionPeriod, period))
	}
	return patch, changes
}

func change[T any](what string, from *T, to T) string {
	if from == nil {
		return fmt.Sprintf("%s unknown → %v", what, to)
	}
	return fmt.Sprintf("%s %v → %v", what, *from, to)
}

func shownNames(names *[]string, clean func(string) string) *string {
	switch {
	case names == nil:
		return nil
	case len(*names) == 0:
		return new("none")
	}
	return new(clean(strings.Join(*names, ", ")))
}
