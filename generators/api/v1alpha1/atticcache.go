package v1alpha1

// AtticCache is an Attic binary cache with everything it needs to run: API,
// garbage collector, PostgreSQL, ingress, network policies.
type AtticCache struct {
	// APIVersion is always atticgen.dev/v1alpha1. Required.
	APIVersion string `json:"apiVersion"`
	// Kind is always AtticCache. Required.
	Kind string `json:"kind"`
	// Metadata is what names the cache. Required.
	Metadata Metadata `json:"metadata"`
	// Spec is what differs from the defaults. Required.
	Spec AtticCacheSpec `json:"spec"`
}

// AtticCacheSpec is what one cache should be like. Only spec.hostname,
// spec.storage.endpoint and spec.storage.bucket are required.
type AtticCacheSpec struct {
	// Hostname is the DNS name that Nix and the attic client use, as in
	// nix-cache.example.com. Required.
	Hostname string `json:"hostname"`

	// Image of Attic, pinned by digest, commit hash or exact version. Default:
	// heywoodlh/attic:12cbeca141f46e1ade76728bce8adc447f2166c6 (the
	// reference's terraform.tfvars).
	Image string `json:"image,omitempty"`

	// ImagePullSecrets are the names of Secrets with registry credentials.
	// Default: none.
	ImagePullSecrets []string `json:"imagePullSecrets,omitempty"`

	// Caches to create in Attic, by name: letters, digits, -, _ and +, at most
	// 50 characters, starting with a letter or digit. A Job creates those
	// missing and configures the rest; caches not named here are left alone.
	// Default: none (create them with the attic client).
	Caches map[string]Cache `json:"caches,omitempty"`

	// CacheJob is the Job that applies caches. It runs only when caches are
	// named.
	CacheJob *CacheJob `json:"cacheJob,omitempty"`

	// Tokens are the tokens that clients are to have: a plan, which holds nothing
	// secret. Default: not wanted.
	Tokens *TokenSetSpec `json:"tokens,omitempty"`

	// API is the server that clients talk to.
	API *API `json:"api,omitempty"`

	// GC is the garbage collector.
	GC *GarbageCollector `json:"gc,omitempty"`

	// Migration is the Job that brings the database schema up to date.
	Migration *Migration `json:"migration,omitempty"`

	// Storage is the S3 bucket. Required.
	Storage ObjectStoreSpec `json:"storage"`

	// Postgres is the database.
	Postgres *PostgresClusterSpec `json:"postgres,omitempty"`

	// Ingress is how requests come in through Traefik.
	Ingress *Ingress `json:"ingress,omitempty"`

	// Network is whom the pods may talk to.
	Network *Network `json:"network,omitempty"`

	// SigningKey is where the public half of the key is that tokens are signed
	// with: base64 of an RSA public key in PKCS#1 PEM form. Default: Secret
	// <name>-secrets, key ATTIC_SERVER_TOKEN_RS256_PUBKEY_BASE64 (the variable
	// that Attic reads it from).
	SigningKey *SigningKey `json:"signingKey,omitempty"`

	// Secrets is where what is secret is kept, and how it gets into the cluster.
	Secrets *Secrets `json:"secrets,omitempty"`

	// RustLog is the log filter, RUST_LOG, as in info,attic_server=debug.
	// Default: info (the level at which garbage collection reports its runs).
	RustLog string `json:"rustLog,omitempty"`

	// Security is who the processes run as.
	Security *Security `json:"security,omitempty"`

	Placement `json:",inline"`
}

// Cache is one binary cache inside Attic.
type Cache struct {
	// Public caches can be pulled from without a token. Default: false.
	Public bool `json:"public,omitempty"`

	// Priority that Nix sees; lower is asked first, and cache.nixos.org has
	// 40. Default: 41 (Attic's own client).
	Priority *int32 `json:"priority,omitempty"`

	// Retention of paths that nobody asks for; 0s keeps everything. Default:
	// spec.gc.retention.
	Retention Duration `json:"retention,omitempty"`

	// UpstreamCacheKeyNames are the signing keys of caches whose paths are not
	// stored again; an empty list stores everything. Default:
	// cache.nixos.org-1 (Attic's own client).
	UpstreamCacheKeyNames []string `json:"upstreamCacheKeyNames,omitempty"`
}

// CacheJob is how caches are applied.
type CacheJob struct {
	// Image of atticgen itself, pinned by digest, commit hash or exact version,
	// as "make image" builds it; it must be given when caches are named.
	// Default: none.
	Image string `json:"image,omitempty"`

	// TokenSecret is the Secret key with a token that may pull from, create and
	// configure the caches (r, cc, cr and cq), alone or as "atticgen token issue"
	// writes it; one of spec.tokens, in <name>-ci-tokens, is rotated with the rest.
	// Default: Secret <name>-admin-token, key "token".
	TokenSecret *SecretKeyRef `json:"tokenSecret,omitempty"`
}

// API is the Attic API server: a Deployment, its HorizontalPodAutoscaler and its
// PodDisruptionBudget.
type API struct {
	Scaling `json:",inline"`

	// Resources of each replica. Default: 100m CPU and 128Mi requested, 1000m
	// CPU and 512Mi at most (the reference's component list), 64Mi to 256Mi of
	// node disk.
	Resources *ResourceRequirements `json:"resources,omitempty"`

	// Probes are the timings of the kubelet's checks.
	Probes *Probes `json:"probes,omitempty"`

	// HealthPath is what the probes ask for. Default: / (a static page; Attic
	// has no root /nix-cache-info, and a page that needs the database would
	// restart every replica when PostgreSQL is away).
	HealthPath string `json:"healthPath,omitempty"`

	// TerminationGracePeriodSeconds is how long running uploads may take when
	// a pod stops, in seconds. Default: 60.
	TerminationGracePeriodSeconds *int64 `json:"terminationGracePeriodSeconds,omitempty"`
}

// GarbageCollector is what deletes the paths that nobody asked for within their
// retention.
type GarbageCollector struct {
	// Mode is how it runs: "deployment" (one pod that sleeps between runs) or
	// "cronJob" (a pod for each run). Default: deployment (the reference's
	// attic-gc Deployment).
	Mode string `json:"mode,omitempty"`

	// Interval between runs, in mode deployment. Default: 12h (the reference:
	// every 12 hours).
	Interval Duration `json:"interval,omitempty"`

	// Schedule of runs, in mode cronJob: a cron expression with five fields, in
	// UTC. Default: "0 */12 * * *" (the reference: every 12 hours).
	Schedule string `json:"schedule,omitempty"`

	// Retention of paths that nobody asks for; 0s keeps everything. Default:
	// "3 months" (the reference's garbage collector).
	Retention Duration `json:"retention,omitempty"`

	// Resources of the collector. Default: 50m CPU and 128Mi requested, 250m
	// CPU and 256Mi at most (the reference's cost table), 64Mi to 256Mi of node
	// disk.
	Resources *ResourceRequirements `json:"resources,omitempty"`
}

// Migration is the database migration Job.
type Migration struct {
	// Resources of the Job. Default: 50m CPU and 64Mi requested, 500m CPU and
	// 256Mi at most, 64Mi to 256Mi of node disk.
	Resources *ResourceRequirements `json:"resources,omitempty"`
}

// Ingress is Attic's way in.
type Ingress struct {
	Routing `json:",inline"`

	// HTTPEntryPoint is Traefik's entry point for plain HTTP, which is
	// redirected to HTTPS. Default: web (as in Traefik's chart).
	HTTPEntryPoint string `json:"httpEntryPoint,omitempty"`

	// RateLimit is how fast each client address may ask each Traefik replica.
	RateLimit *RateLimit `json:"rateLimit,omitempty"`

	// AllowedCIDRs are the client addresses that may ask at all. Default: none
	// (everyone may ask).
	AllowedCIDRs []string `json:"allowedCIDRs,omitempty"`

	// DefaultCache is the cache that answers https://HOST/nix-cache-info, which
	// Attic itself does not serve at the root. It should be public. Default:
	// the first public cache of spec.caches by name, or main (the reference's
	// examples).
	DefaultCache string `json:"defaultCache,omitempty"`
}

// RateLimit is a token bucket in requests.
type RateLimit struct {
	// Average is the requests per second that are let through in the long run.
	// Default: 500.
	Average *int64 `json:"average,omitempty"`
	// Burst is how many requests may come at once; keep it high, for a Nix
	// client asks for thousands of narinfos in a moment. Default: 5000.
	Burst *int64 `json:"burst,omitempty"`
}

// Network is what the network policies open. Everything else is denied, both
// ways.
type Network struct {
	// Traefik is what may reach the API. Default: namespace traefik, pods labelled
	// app.kubernetes.io/name=traefik.
	Traefik *Peer `json:"traefik,omitempty"`

	// S3 is where the object store is. Default: for an endpoint inside the
	// cluster (….svc), its namespace; for an address, that address; otherwise
	// any public address.
	S3 *S3Peer `json:"s3,omitempty"`

	ClusterNetwork  `json:",inline"`
	PostgresNetwork `json:",inline"`
}
