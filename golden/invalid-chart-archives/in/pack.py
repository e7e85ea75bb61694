"""Packs the archives of this case: python3 pack.py, in this folder."""
import gzip, hashlib, io, tarfile

CHART = b"apiVersion: v2\nname: %s\nversion: 1.0.0\n"
OBJECT = b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n"


def entry(name, data=b"", kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, len(data)
    return info, data


def pack(name, *entries):
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for info, data in [entry(name + "/Chart.yaml", CHART % name.encode()), *entries]:
            archive.addfile(info, io.BytesIO(data))
    write(name, gzip.compress(tar.getvalue(), mtime=0))


def write(name, data):
    with open(f"charts/{name}-1.0.0.tgz", "wb") as file:
        file.write(data)
    print(name, "sha256:" + hashlib.sha256(data).hexdigest())


pack("traversal", entry("traversal/../../../overlays/evil.yaml", OBJECT))
pack("absolute", entry("/etc/cron.d/evil", OBJECT))
pack("symlink", entry("symlink/templates/passwd.yaml", kind=tarfile.SYMTYPE, link="/etc/passwd"))
pack("hardlink", entry("hardlink/templates/a.yaml", kind=tarfile.LNKTYPE, link="hardlink/Chart.yaml"))
pack("device", entry("device/templates/a.yaml", kind=tarfile.CHRTYPE))
pack("backslash", entry("backslash/templates\\..\\..\\a.yaml", OBJECT))
pack("twice", entry("twice/templates/a.yaml", OBJECT), entry("twice/templates/a.yaml", OBJECT))
pack("folders", entry("other/templates/a.yaml", OBJECT))
pack("bomb", entry("bomb/files/zeros", bytes(6 << 20)))
write("text", b"not an archive\n")
