//! The node's disk and the runtime's store.
//!
//! Sources: the messages of Linux' and Windows' error numbers, `containerd core/snapshots, core/metadata`, `moby layer`, `container-libs
//! storage`, `hcsshim`, `kubernetes pkg/kubelet/{eviction,images/image_gc_manager.go}`.

use super::words;

words! {
    NoSpace: [
        "no space left on device", "disk quota exceeded", "not enough space", "disk is full", "enospc",
        "there is not enough space on the disk", "insufficient storage", "freediskspacefailed",
        "failed to garbage collect required amount of images", "diskpressure", "disk pressure",
        "ephemeral-storage", "out of disk", "insufficient space", "imagegcfailed",
    ];
    IoError: [
        "input/output error", "read-only file system", "structure needs cleaning", "stale file handle",
        "stale nfs file handle",
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
        "snapshot * does not exist", "metadata.db", "bolt", "image not known", "panic", "nil pointer",
        "runtime error", "segmentation fault", "overlayfs", "database is locked", "image layer … lock",
        "failed to rename", "rename …: file exists", "unpigz", "exit status 1", "signal: killed",
        "fork/exec", "failed to update image store", "failed to convert whiteout",
        "device or resource busy", "mknod", "uid/gid", "potentially insufficient uids or gids",
        "error creating temporary file", "locating item named", "failed to stat", "device mapper",
        "devicemapper", "directory not empty", "no such file or directory", "is a directory",
        "failed to create symlink", "hcsshim", "hcs::", "containerd-shim", "xattr", "failed to setxattr",
        "failed to read config … image", "failed to get stream processor", "failed to start snapshot",
        "unable to store image", "failed to create lease", "can't create temp",
    ];
    ImageLacking: [
        "image … not present locally", "present locally but", "image can't be pulled",
        "image is not present", "local image", "not found locally",
    ];
}
