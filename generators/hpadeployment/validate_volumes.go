package hpadeployment

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

func validateVolumes(p *validate.Problems, spec *field.Path, s v1alpha1.HPADeploymentSpec) {
	taken := map[string]string{}
	for dir := range hardened.WritablePaths(*s.Relaxations) {
		taken[dir] = spec.Child("relaxations", "writablePaths").Key(dir).String()
	}
	for _, name := range slices.Sorted(maps.Keys(s.Volumes)) {
		at, v := spec.Child("volumes").Key(name), s.Volumes[name]
		p.DNSLabel(at, name)
		if hardened.IsReservedVolume(name) {
			p.Add(at, "is a name of a volume that pods have anyway", "choose another one")
		}
		mount := at.Child("mountPath")
		other, twice := taken[v.MountPath]
		switch {
		case v.MountPath == "":
			p.Add(mount, "is missing", "write the absolute path in the container, as in /var/lib/app")
		case twice:
			p.Add(mount, fmt.Sprintf("is %s, where %s is mounted already", v.MountPath, other), "choose another path, or remove one of them")
		default:
			taken[v.MountPath] = at.String()
			hardened.ValidateMountPath(p, mount, v.MountPath)
		}
		if v.SubPath != "" {
			validateRelative(p, at.Child("subPath"), v.SubPath)
		}
		validateSource(p, at, v, s)
	}
	validateClaims(p, spec.Child("persistentVolumeClaims"), s)
	warnEphemeral(p, spec.Child("resources", "limits", "ephemeralStorage"), s)
}

func validateSource(p *validate.Problems, at *field.Path, v v1alpha1.ServiceVolume, s v1alpha1.HPADeploymentSpec) {
	if !validateOneOf(p, at, []choice{
		{"configMap", v.ConfigMap != nil},
		{"secret", v.Secret != nil},
		{"persistentVolumeClaim", v.PersistentVolumeClaim != nil},
		{"emptyDir", v.EmptyDir != nil},
		{"postgresCA", v.PostgresCA != nil},
	}) {
		return
	}
	fixed := true
	switch {
	case v.ConfigMap != nil:
		validateFiles(p, at.Child("configMap"), *v.ConfigMap)
	case v.Secret != nil:
		validateFiles(p, at.Child("secret"), *v.Secret)
	case v.PostgresCA != nil:
		validateCluster(p, at.Child("postgresCA", "cluster"), v.PostgresCA.Cluster)
	case v.EmptyDir != nil:
		fixed = false
		validateSize(p, at.Child("emptyDir", "size"), v.EmptyDir.Size)
	default:
		fixed = s.PersistentVolumeClaims[v.PersistentVolumeClaim.Claim].AccessMode == modeReadOnlyMany
		validateClaimRef(p, at.Child("persistentVolumeClaim"), *v.PersistentVolumeClaim, s)
	}
	if fixed && !*v.ReadOnly {
		p.Add(at.Child("readOnly"), "is false, and nobody can write to such a volume", "remove it")
	}
}

func validateFiles(p *validate.Problems, at *field.Path, f v1alpha1.Files) {
	validateName(p, at.Child("name"), f.Name)
	for _, file := range slices.Sorted(maps.Keys(f.Items)) {
		item := at.Child("items").Key(file)
		validateRelative(p, item, file)
		validateDataKey(p, item, f.Items[file])
	}
}

var relativePath = validate.NewForm(`[A-Za-z0-9._][A-Za-z0-9/._+@-]*`, 500)

// validateRelative checks a path within a volume. Kubernetes refuses names that
// begin with two dots, which it keeps for itself.
func validateRelative(p *validate.Problems, at *field.Path, value string) {
	if !relativePath.Matches(value) || path.Clean(value) != value || value == "." || strings.HasPrefix(value, "..") {
		p.Add(at, fmt.Sprintf("is %s, which is not a path within a volume", validate.Quote(value)), "write one without / at either end and without . and .. in it, as in conf/app.yaml")
	}
}

func validateSize(p *validate.Problems, at *field.Path, size v1alpha1.Quantity) {
	if size == "" {
		p.Add(at, "is missing", "write it with Mi or Gi, as in 10Gi")
		return
	}
	p.Bytes(at, string(size))
}

func validateClaimRef(p *validate.Problems, at *field.Path, ref v1alpha1.ClaimRef, s v1alpha1.HPADeploymentSpec) {
	if !validateOneOf(p, at, []choice{{"claim", ref.Claim != ""}, {"existing", ref.Existing != ""}}) {
		return
	}
	if ref.Existing != "" {
		p.ObjectName(at.Child("existing"), ref.Existing)
		if *s.MaxReplicas > 1 {
			p.Note(at.Child("existing"), fmt.Sprintf("is made elsewhere: up to %d replicas on several nodes mount it, for which its access mode must be ReadWriteMany or ReadOnlyMany", *s.MaxReplicas), "check it, or write maxReplicas: 1")
		}
		return
	}
	if _, ok := s.PersistentVolumeClaims[ref.Claim]; !ok {
		p.Add(at.Child("claim"), fmt.Sprintf("is %s, which is not among spec.persistentVolumeClaims", validate.Quote(ref.Claim)), "add it there, or write existing: for a claim that is made elsewhere")
	}
}

func validateClaims(p *validate.Problems, at *field.Path, s v1alpha1.HPADeploymentSpec) {
	for _, name := range slices.Sorted(maps.Keys(s.PersistentVolumeClaims)) {
		at, claim := at.Key(name), s.PersistentVolumeClaims[name]
		p.DNSLabel(at, name)
		validateSize(p, at.Child("size"), claim.Size)
		if claim.StorageClass != "" {
			p.ObjectName(at.Child("storageClass"), claim.StorageClass)
		}
		p.OneOf(at.Child("accessMode"), claim.AccessMode, modeReadWriteMany, modeReadOnlyMany, "ReadWriteOnce", "ReadWriteOncePod")
		mounted := false
		for _, v := range s.Volumes {
			mounted = mounted || v.PersistentVolumeClaim != nil && v.PersistentVolumeClaim.Claim == name
		}
		switch {
		case !mounted:
			p.Warn(at, "is mounted by no volume", "refer to it under spec.volumes, or remove it")
		case *s.MaxReplicas > 1 && (claim.AccessMode == "ReadWriteOnce" || claim.AccessMode == "ReadWriteOncePod"):
			p.Add(at.Child("accessMode"), fmt.Sprintf("is %s, and up to %d replicas mount it", claim.AccessMode, *s.MaxReplicas), "write ReadWriteMany, or minReplicas: 1 and maxReplicas: 1")
		}
	}
}

// warnEphemeral adds up what may be written to the node: a pod that exceeds its
// limit is evicted, however much its volumes allow.
func warnEphemeral(p *validate.Problems, at *field.Path, s v1alpha1.HPADeploymentSpec) {
	limit, err := resource.ParseQuantity(string(s.Resources.Limits.EphemeralStorage))
	if err != nil {
		return // It is reported anyway.
	}
	sizes := slices.Collect(maps.Values(hardened.WritablePaths(*s.Relaxations)))
	for _, v := range s.Volumes {
		if v.EmptyDir != nil {
			sizes = append(sizes, v.EmptyDir.Size)
		}
	}
	var sum resource.Quantity
	for _, size := range sizes {
		// What is wrong with a size was said where it is written.
		var ignored validate.Problems
		if q, ok := ignored.Bytes(at, string(size)); ok {
			sum.Add(q)
		}
	}
	if sum.Cmp(limit) > 0 {
		p.Warn(at, fmt.Sprintf("is %s, less than the %s that /tmp, writable paths and emptyDir volumes may hold together: a pod that uses them is evicted", s.Resources.Limits.EphemeralStorage, sum.String()), "raise it, or lower the sizes")
	}
}
