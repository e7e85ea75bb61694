package hardened

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// The place that every container can write to, and how much.
const (
	TmpPath = "/tmp"
	tmpName = "tmp"
	tmpSize = "64Mi"
)

// writablePrefix begins the names of the volumes behind writable paths.
const writablePrefix = "writable-"

// IsReservedVolume tells whether pods have, or could have, a volume of that name
// anyway.
func IsReservedVolume(name string) bool {
	return name == tmpName || strings.HasPrefix(name, writablePrefix)
}

// WritablePaths are all paths that a pod can write to, with their sizes.
func WritablePaths(r v1alpha1.Relaxations) map[string]v1alpha1.Quantity {
	all := map[string]v1alpha1.Quantity{TmpPath: tmpSize}
	maps.Copy(all, r.WritablePaths)
	return all
}

// writable is /tmp and after it the other paths, sorted.
func writable(r v1alpha1.Relaxations) ([]corev1.Volume, []corev1.VolumeMount) {
	var volumes []corev1.Volume
	var mounts []corev1.VolumeMount
	add := func(name, path string, size v1alpha1.Quantity) {
		volumes = append(volumes, corev1.Volume{Name: name, VolumeSource: EmptyDir(size)})
		mounts = append(mounts, corev1.VolumeMount{Name: name, MountPath: path})
	}
	paths := WritablePaths(r)
	add(tmpName, TmpPath, paths[TmpPath])
	delete(paths, TmpPath)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		// Volumes are merged by name: one that kept its name and changed its
		// path with every other that comes or goes would be hard to review.
		add(writablePrefix+naming.Digest(path), path, paths[path])
	}
	return volumes, mounts
}

// EmptyDir is space on the node of a checked size.
func EmptyDir(size v1alpha1.Quantity) corev1.VolumeSource {
	return corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{SizeLimit: new(resource.MustParse(string(size)))}}
}

func capabilities(r v1alpha1.Relaxations) []corev1.Capability {
	var all []corev1.Capability
	for _, name := range r.Capabilities {
		all = append(all, corev1.Capability(name))
	}
	return all
}

// known are the capabilities of Linux, without CAP_.
var known = []string{
	"AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF", "CHECKPOINT_RESTORE", "CHOWN",
	"DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE",
	"LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST",
	"NET_RAW", "PERFMON", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN", "SYS_BOOT",
	"SYS_CHROOT", "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO", "SYS_RESOURCE", "SYS_TIME",
	"SYS_TTY_CONFIG", "WAKE_ALARM",
}

// ValidateRelaxations checks a block and the security block beside it, and tells
// a reviewer what each relaxation gives up. Whether writable paths are in the way
// of other mounts is for [ValidateMountPath] and its caller.
func ValidateRelaxations(p *validate.Problems, path, security *field.Path, r v1alpha1.Relaxations, s v1alpha1.Security) {
	if r.RunAsRoot && s.RunAsUser != nil {
		p.Add(security.Child("runAsUser"), "stands beside "+path.Child("runAsRoot").String(), "keep one of them")
	}
	if r.RootGroup && s.RunAsGroup != nil {
		p.Add(security.Child("runAsGroup"), "stands beside "+path.Child("rootGroup").String(), "keep one of them")
	}
	at := path.Child("capabilities")
	for i, name := range r.Capabilities {
		if !slices.Contains(known, name) {
			p.Add(at.Index(i), fmt.Sprintf("is %s, which is not a capability", validate.Quote(name)), "write one that capabilities(7) names, without CAP_, as in NET_BIND_SERVICE; there is no ALL")
		}
	}
	p.Unique(at, r.Capabilities)
	for _, dir := range slices.Sorted(maps.Keys(r.WritablePaths)) {
		at := path.Child("writablePaths").Key(dir)
		ValidateMountPath(p, at, dir)
		p.Bytes(at, string(r.WritablePaths[dir]))
	}
	noteRelaxations(p, path, r)
}

func noteRelaxations(p *validate.Problems, path *field.Path, r v1alpha1.Relaxations) {
	const hint = "remove it as soon as the image can do without"
	// What is wrong with the size was said where it is written.
	if tmp, err := resource.ParseQuantity(string(r.WritablePaths[TmpPath])); err == nil && tmp.Cmp(resource.MustParse(tmpSize)) > 0 {
		p.Note(path.Child("writablePaths").Key(TmpPath), fmt.Sprintf("gives up that %s holds at most %s: what gets into the process has %s on the node", TmpPath, tmpSize, r.WritablePaths[TmpPath]), hint)
	}
	for _, relaxation := range []struct {
		name, gives string
		asked       bool
	}{
		{"writablePaths", "gives up that nothing but /tmp can be written to: what gets into the process can keep files there until the pod ends", others(r.WritablePaths)},
		{"writableRootFilesystem", "gives up that the image's files cannot be changed: what gets into the process can replace its programs until the pod ends", r.WritableRootFilesystem},
		{"rootGroup", "gives up a group of its own: the process may use whatever is open to group 0, on volumes too", r.RootGroup},
		{"runAsRoot", "gives up a user without rights: who gets out of the container is root on the node, unless security.hostUsers is false", r.RunAsRoot},
		{"capabilities", "gives up that the process has no rights of root: it may use " + strings.Join(r.Capabilities, ", "), len(r.Capabilities) > 0},
		{"privilegeEscalation", "gives up that the process keeps the rights it started with: a setuid program in the image can become root", r.PrivilegeEscalation},
		{"serviceAccountToken", "gives up that the process has no access to the Kubernetes API: what gets into it has the rights of the service account, wherever network.egress lets it reach the API server", r.ServiceAccountToken},
	} {
		if relaxation.asked {
			p.Note(path.Child(relaxation.name), relaxation.gives, hint)
		}
	}
}

// others tells whether there are paths beside /tmp.
func others(paths map[string]v1alpha1.Quantity) bool {
	_, tmp := paths[TmpPath]
	return len(paths) > 1 || len(paths) == 1 && !tmp
}
