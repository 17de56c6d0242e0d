//! The node's disk and the runtime's store.
//!
//! Sources: the messages of Linux' and Windows' error numbers, `containerd@v2.1.9:core/metadata/snapshot.go:357`,
//! `containerd@v2.1.9:plugins/snapshots/overlay/overlay.go:522`, `moby@v20.10.24:layer/layer.go:26`,
//! `moby@v1.9.1:graph/graph.go:359`, `container-libs@9869b8fd:storage/types/errors.go:21`,
//! `hcsshim@7c9ff7f48:internal/wclayer/importlayer.go:24`, `kubernetes@v1.28.7:pkg/kubelet/eviction/helpers.go:45`,
//! `kubernetes@v1.28.7:pkg/kubelet/images/image_gc_manager.go:331`.

use super::words;

words! {
    NoSpace: [
        "no space left on device", "disk quota exceeded", "not enough space", "disk is full", "enospc",
        "there is not enough space on the disk", "insufficient storage", "freediskspacefailed",
        "failed to garbage collect required amount of images", "diskpressure", "disk pressure",
        "ephemeral-storage", "out of disk", "insufficient space", "imagegcfailed",
        "insufficient free space", "insufficient disk", "not enough free", "no space",
        "nodehasdiskpressure", "the node was low on resource", "low on resource: ephemeral", "out of space",
        "no free inodes", "no inodes", "out of inodes", "freeing … failed", "evicted … disk",
        "thin pool … full", "data space … low", "dm.min_free_space", "there is insufficient system storage",
        "errno 28", "free space in thin pool", "storage … full", "volume is full", "errno: 28",
        "enough space",
    ];
    IoError: [
        "input/output error", "read-only file system", "structure needs cleaning", "stale file handle",
        "stale nfs file handle", "i/o error", "medium error", "remount-ro", "read only file system",
        "emergency read-only",
    ];
    StoreFault: [
        "layers from manifest don't match image configuration", "invalid rootfs in image configuration",
        "failed to create new overlay", "error creating overlay mount", "layer does not exist",
        "layer not known", "parent snapshot", "missing parent", "locked for", "ref … locked",
        "already exists", "invalid diffid", "failed to get reader from content store",
        "content digest * not found", "failed to mount overlay", "failed to mount",
        "too many levels of symbolic links", "lchown", "operation not permitted",
        "invalid cross-device link", "unlinkat", "toomanyfiles", "too many open files",
        "cannot allocate memory", "invalid argument", "unable to prepare snapshot",
        "snapshot * does not exist", "metadata.db", "image not known", "nil pointer", "runtime error",
        "segmentation fault", "overlayfs", "database is locked", "image layer … lock", "failed to rename",
        "rename …: file exists", "unpigz", "signal: killed", "fork/exec", "failed to update image store",
        "failed to convert whiteout", "device or resource busy", "mknod", "uid/gid",
        "potentially insufficient uids or gids", "error creating temporary file", "locating item named",
        "failed to stat", "device mapper", "devicemapper", "directory not empty",
        "no such file or directory", "is a directory", "failed to create symlink", "hcsshim", "hcs::",
        "containerd-shim", "xattr", "failed to setxattr", "failed to read config … image",
        "failed to get stream processor", "failed to start snapshot", "unable to store image",
        "failed to create lease", "can't create temp", "no such device", "operation not supported",
        "system cannot find the", "failed to convert whiteout file", "failed to unmount",
        "failed to set file label", "failed to relabel", "selinux", "apparmor", "snapshotter … not",
        "corrupted", "index out of range", "invalid memory address", "deadlock", "layer … in use",
        "container storage", "storage-driver", "storage driver", "graphdriver", "driver overlay",
        "overlay2", "wrong fs type", "bad option", "unknown filesystem", "failed to create temp",
        "failed to remove", "failed to open … /var/lib", "cannot create directory",
        "failed to create … snapshot", "no unpack platforms", "failed to get usage", "lease … not found",
        "content … locked", "already locked", "reference … locked", "unable to lock",
        "could not acquire lock", "failed to read … /var/lib", "cannot allocate", "out of memory",
        "failed to get snapshotter", "stargz", "nydus", "lazy pull", "userns", "user namespace", "subuid",
        "subgid", "boltdb", "bucket: not found", "database not open", "no such snapshot", "failed to walk",
        "wclayer", "vmcompute", "driver * failed to create", "driver * failed to get", "driver * failed to remove",
        "driver * failed to mount", "error pulling dependent layers",
        "error downloading dependent layers", "invalid parent id", "failed to create sandbox … image", "broken image", "image … corrupt",
        "stale … snapshot", "panic",
        // `grpc-go@4793ad047:rpc_util.go:798`: the list of what the runtime has is too long.
        "resourceexhausted desc = grpc: received message larger than max",
        "resourceexhausted desc = grpc: trying to send message larger than max",
        "no descriptor found for reference",
    ];
    ImageLacking: [
        "does not exist on the daemon",
        "image … not present locally", "present locally but", "image can't be pulled", "can't be pulled",
        "image is not present", "local image", "not found locally", "no such image",
        "image does not exist locally", "no local image", "not present on the node",
        "image … not available locally", "does not exist locally", "image … not loaded",
        "not found in local", "image … is not on the node", "image not present",
    ];
}
