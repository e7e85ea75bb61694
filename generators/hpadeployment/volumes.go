package hpadeployment

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
)

// postgresCAFile is the certificate in the Secret of a PostgresCluster's
// authority.
const postgresCAFile = "ca.crt"

// volumes are sorted by name.
func (s server) volumes() ([]corev1.Volume, []corev1.VolumeMount) {
	var volumes []corev1.Volume
	var mounts []corev1.VolumeMount
	for _, name := range slices.Sorted(maps.Keys(s.spec.Volumes)) {
		v := s.spec.Volumes[name]
		volumes = append(volumes, corev1.Volume{Name: name, VolumeSource: s.source(v)})
		mounts = append(mounts, corev1.VolumeMount{Name: name, MountPath: v.MountPath, SubPath: v.SubPath, ReadOnly: *v.ReadOnly})
	}
	return volumes, mounts
}

func (s server) source(v v1alpha1.ServiceVolume) corev1.VolumeSource {
	switch {
	case v.ConfigMap != nil:
		return corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: v.ConfigMap.Name}, Items: items(v.ConfigMap.Items),
		}}
	case v.Secret != nil:
		return corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: v.Secret.Name, Items: items(v.Secret.Items)}}
	case v.PostgresCA != nil:
		return hardened.FileFromSecret(s.postgres(v.PostgresCA.Cluster).CASecret(), postgresCAFile)
	case v.EmptyDir != nil:
		return hardened.EmptyDir(v.EmptyDir.Size)
	default:
		// A claim is read-only by its mount; here it would keep the provisioner
		// from making a file system.
		return corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{
			ClaimName: s.claimName(*v.PersistentVolumeClaim),
		}}
	}
}

// items are the files of a volume, sorted by path.
func items(files map[string]string) []corev1.KeyToPath {
	var all []corev1.KeyToPath
	for _, file := range slices.Sorted(maps.Keys(files)) {
		all = append(all, corev1.KeyToPath{Key: files[file], Path: file})
	}
	return all
}

func (s server) claimName(ref v1alpha1.ClaimRef) string {
	if ref.Existing != "" {
		return ref.Existing
	}
	return s.names.With(ref.Claim)
}

// claims are applied together with the pods. Where a volume is made for the pod
// that first mounts it, a claim in an earlier stage would never be bound, and a
// controller that waits for it would wait for ever.
func (s server) claims() []meta.Object {
	var all []meta.Object
	for _, name := range slices.Sorted(maps.Keys(s.spec.PersistentVolumeClaims)) {
		claim := s.spec.PersistentVolumeClaims[name]
		of := s.served("storage")
		of.Name = s.names.With(name)
		spec := corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{corev1.PersistentVolumeAccessMode(claim.AccessMode)},
			Resources: corev1.VolumeResourceRequirements{
				Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(string(claim.Size))},
			},
		}
		if claim.StorageClass != "" {
			spec.StorageClassName = &claim.StorageClass
		}
		all = append(all, &corev1.PersistentVolumeClaim{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolumeClaim"},
			ObjectMeta: s.scope.Object(of),
			Spec:       spec,
		})
	}
	return all
}

// shareable tells whether several pods on any nodes can mount a claim.
func shareable(mode string) bool { return mode == modeReadWriteMany || mode == modeReadOnlyMany }

// alone tells whether there must never be two pods: a claim that one node or one
// pod can mount would hold up a rollout for ever. Of a claim that is made
// elsewhere it is not known, and a service of one replica had better not risk it.
func alone(s v1alpha1.HPADeploymentSpec) bool {
	for _, v := range s.Volumes {
		ref := v.PersistentVolumeClaim
		if ref != nil && *s.MaxReplicas == 1 && !shareable(s.PersistentVolumeClaims[ref.Claim].AccessMode) {
			return true
		}
	}
	return false
}
