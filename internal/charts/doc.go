// Package charts keeps Helm charts pinned. charts.lock, in the folder with base
// and overlays, names each version of each chart and its digest; charts/ beside
// it holds the charts themselves: archives that were pulled, as
// charts/NAME-VERSION.tgz, and charts of one's own, as folders charts/NAME.
//
// Rendering reads both through a [Store], which hands out nothing whose digest
// is not the one that is locked. [Pull] fetches charts and writes the lock,
// [Verify] checks without the network, [Outdated] asks repositories for newer
// versions.
//
// # Digests
//
// The digest of an archive is the SHA-256 of its bytes, as repositories and
// registries have it too. That of a folder is the SHA-256 of all its files, one
// after the other, ordered by path as bytes are. Each is written as: its path
// below the folder, with slashes; a NUL byte; the number of its bytes, in
// decimal; a NUL byte; its bytes. Modes, times and empty folders do not count,
// nor do files that .helmignore, or Helm without being asked, leaves out.
//
// # What is read
//
// Nothing outside the root is. In charts/ there must be no symbolic links and
// nothing but files and folders; all sizes are bounded. What a repository sends
// is bounded as well, and refused where it differs from what is locked.
package charts
