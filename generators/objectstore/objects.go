package objectstore

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// AnnotationMaxSize is on the object that stands for the bucket: how much it is
// meant to hold.
const AnnotationMaxSize = "atticgen.dev/max-size"

// AnnotationEndpoint is on Crossplane's Bucket, which does not say otherwise what
// store it is in.
const AnnotationEndpoint = "atticgen.dev/endpoint"

// app and component are the recommended labels.
const (
	app       = "bucket"
	component = "object-store"
)

// DocumentFile is the key of the description of a bucket in its ConfigMap, and
// the file in documentDir in which the Job finds what to do.
const (
	DocumentFile = "bucket.json"
	documentDir  = "/etc/bucket"
)

// Options are what the objects of one bucket are made of.
type Options struct {
	// Name is that of the objects, as [naming.Set.Bucket] has it.
	Name string
	// Scope is the metadata that all objects have in common.
	Scope meta.Scope
	// Spec is checked and has its defaults filled in.
	Spec v1alpha1.ObjectStoreSpec
	// Peer is where the store is.
	Peer v1alpha1.S3Peer
	// DNS is where the Job looks up names; nil where another policy lets it.
	DNS *v1alpha1.DNS
	// ImagePullSecrets, Security and Scheduling are the Job's.
	ImagePullSecrets []string
	Security         v1alpha1.Security
	Scheduling       hardened.Scheduling
}

// Objects say what the bucket must be like, or make it so. There is always at
// least one.
func Objects(o Options) []meta.Object {
	switch o.Spec.Provisioning.Mode {
	case ModeCrossplane:
		return o.crossplane()
	case ModeJob:
		return o.job()
	default:
		return []meta.Object{o.documentation()}
	}
}

func (o Options) of() meta.Of {
	return meta.Of{Name: o.Name, App: app, Component: component}
}

// documentation is for those who make the bucket, and for reviewers, who see in
// a diff that it has to become another.
func (o Options) documentation() *corev1.ConfigMap {
	c := o.configMap(o.of())
	c.Data["endpoint"], c.Data["region"] = o.Spec.Endpoint, o.Spec.Region
	return c
}

func (o Options) configMap(of meta.Of) *corev1.ConfigMap {
	of.Annotations = o.annotations()
	return &corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: o.Scope.Object(of),
		Data:       map[string]string{DocumentFile: Desired(o.Spec).document()},
	}
}

func (o Options) annotations() map[string]string {
	return map[string]string{AnnotationMaxSize: string(o.Spec.MaxSize)}
}

// job makes the bucket once for each content of the document, before anything
// that stores in it serves.
func (o Options) job() []meta.Object {
	job := o.Spec.Provisioning.Job
	of := o.of()
	of.Wave, of.Version = meta.WaveMigration, meta.ImageVersion(job.Image)

	list := o.of()
	list.Instance = o.Name
	list.Name += "-" + naming.Digest(Desired(o.Spec).document())
	document := o.configMap(list)

	args := []string{"bucket", "apply", "--endpoint", o.Spec.Endpoint, "--region", o.Spec.Region}
	if job.IgnoreUnsupported {
		args = append(args, "--ignore-unsupported")
	}
	pod := hardened.Pod{
		Name:             o.Name,
		ServiceAccount:   o.Name,
		Image:            job.Image,
		ImagePullSecrets: o.ImagePullSecrets,
		Args:             append(args, documentDir+"/"+DocumentFile),
		Env:              Credentials(job.CredentialsSecret),
		Resources:        *job.Resources,
		Security:         o.Security,
		Scheduling:       o.Scheduling,
		Volumes: []corev1.Volume{{Name: "bucket", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: document.Name},
		}}}},
		Mounts: []corev1.VolumeMount{{Name: "bucket", MountPath: documentDir, ReadOnly: true}},
	}
	return []meta.Object{hardened.ServiceAccount(o.Scope, of), o.policy(), document, hardened.Job(o.Scope, of, pod)}
}

// policy lets the Job reach the store and nothing else.
func (o Options) policy() meta.Object {
	of := o.of()
	of.Component = "network"
	out := []hardened.Rule{Egress(o.Peer)}
	if o.DNS != nil {
		out = append([]hardened.Rule{hardened.DNS(*o.DNS)}, out...)
	}
	return hardened.Policy(o.Scope, of, metav1.LabelSelector{MatchLabels: naming.Selector(app, o.Name)}, nil, out)
}
