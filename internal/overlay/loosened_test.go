package overlay

import (
	"strings"
	"testing"
)

// TestLoosened: a patch may take hardening away where the namespace admits it,
// and whoever reviews the render is told.
func TestLoosened(t *testing.T) {
	deployment := func(pod string) string {
		return "{apiVersion: apps/v1, kind: Deployment, metadata: {name: one, namespace: one}, spec: {template: {spec: " + pod + "}}}"
	}
	for name, tt := range map[string]struct{ patch, want string }{
		"another file system": {
			deployment("{containers: [{name: one, securityContext: {readOnlyRootFilesystem: false}}]}"),
			"leaves container one of Deployment one/one without readOnlyRootFilesystem: true; ",
		},
		"removed, not changed": {
			deployment("{containers: [{name: one, securityContext: {readOnlyRootFilesystem: null}}]}"),
			"leaves container one of Deployment one/one without readOnlyRootFilesystem: true; ",
		},
		"a token":     {deployment("{automountServiceAccountToken: true}"), "leaves Deployment one/one without automountServiceAccountToken: false; "},
		"no limits":   {deployment("{containers: [{name: one, resources: null}]}"), "without a limit of cpu, a limit of ephemeral-storage, a limit of memory; "},
		"capability":  {deployment("{containers: [{name: one, securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}}]}"), "without an empty list of added capabilities; "},
		"a container": {deployment("{containers: [{name: more, image: 'more:1.2.3', securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}, resources: {limits: {cpu: 1, memory: 64Mi, ephemeral-storage: 64Mi}}}]}"), "leaves container more of Deployment one/one without readOnlyRootFilesystem: true; "},
		"a policy": {
			"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: one-default-deny, namespace: one}, spec: {policyTypes: [Ingress]}}",
			"leaves NetworkPolicy one/one-default-deny without the policy type Egress; ",
		},
		"an account": {
			"{apiVersion: v1, kind: ServiceAccount, metadata: {name: one, namespace: one}, automountServiceAccountToken: true}",
			"leaves ServiceAccount one/one without automountServiceAccountToken: false; ",
		},
		"nothing":     {deployment("{containers: [{name: one, resources: {limits: {memory: 1Gi}}}]}"), ""},
		"more of it":  {deployment("{hostUsers: false}"), ""},
		"odd objects": {"{apiVersion: v1, kind: ConfigMap, metadata: {name: one-bucket, namespace: one}, data: {a: b}}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := repo(t, files{
				"base/kustomization.yaml":       "resources: [cache.yaml]",
				"base/cache.yaml":               spec("one"),
				"overlays/a/kustomization.yaml": "generators: [../../base]\npatches:\n- patch: '" + strings.ReplaceAll(tt.patch, "'", "''") + "'\n",
			}).Build("overlays/a", Options{})
			var notes []string
			for _, d := range diags {
				if strings.Contains(d.String(), ": info: leaves ") {
					notes = append(notes, d.String())
				}
			}
			switch all := strings.Join(notes, "\n"); {
			case diags.HasErrors():
				t.Error(diags)
			case tt.want == "" && all != "", !strings.Contains(all, tt.want), len(notes) > 1:
				t.Errorf("got %s", all)
			}
		})
	}
}
