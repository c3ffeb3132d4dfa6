/* Stands between a program and its disk: loaded with LD_PRELOAD, it writes down in order what the program
 * does to the files below one folder, so that a test can make every state in which a power cut could have
 * left them; and it can pretend that the disk is full. It changes nothing else.
 *
 * ZHICHENG_DISK_FOLDER  the folder, absolute, without symbolic links
 * ZHICHENG_DISK_LOG     the file into which it writes; none: nothing is written down
 * ZHICHENG_DISK_ROOM    how many bytes may still be written below the folder before it is full (ENOSPC)
 *
 * A record is one line, `WHAT INODE OFFSET LENGTH PATH`, then LENGTH bytes and a line break. WHAT is one of
 * create, mkdir, write, truncate (OFFSET is the new size), sync, syncdir, rename (the bytes are the new
 * path), unlink, out (to standard output). The shared memory of SQLite (-shm) is no part of what is kept and
 * is left out. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 1024

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *paths[FDS]; /* of open descriptors below the folder */
static int is_folder[FDS];
static const char *folder;
static int log_fd = -1;
static long long room = -1; /* -1: as much as there is */

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);
static int (*real_unlinkat)(int, const char *, int);
static int (*real_mkdir)(const char *, mode_t);

__attribute__((constructor)) static void start(void) {
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_open = dlsym(RTLD_NEXT, "open64");
    real_close = dlsym(RTLD_NEXT, "close");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_unlinkat = dlsym(RTLD_NEXT, "unlinkat");
    real_mkdir = dlsym(RTLD_NEXT, "mkdir");
    folder = getenv("ZHICHENG_DISK_FOLDER");
    const char *log = getenv("ZHICHENG_DISK_LOG");
    if (log) log_fd = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const char *left = getenv("ZHICHENG_DISK_ROOM");
    if (left) room = atoll(left);
}

static int is_ours(const char *path) {
    size_t length;
    if (!folder || !path) return 0;
    length = strlen(folder);
    if (strncmp(path, folder, length) != 0 || (path[length] != '/' && path[length] != 0)) return 0;
    length = strlen(path);
    return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

static unsigned long long inode(int fd) {
    struct stat found;
    return fstat(fd, &found) == 0 ? (unsigned long long)found.st_ino : 0;
}

static void all(const void *bytes, size_t length) {
    const char *rest = bytes;
    while (length > 0) {
        ssize_t done = real_write(log_fd, rest, length);
        if (done <= 0) abort(); /* a log with a hole would make the test lie */
        rest += done;
        length -= (size_t)done;
    }
}

static void note(const char *what, unsigned long long ino, long long offset, const void *bytes, size_t length,
                 const char *path) {
    char head[4400];
    int size;
    if (log_fd < 0) return;
    size = snprintf(head, sizeof head, "%s %llu %lld %zu %s\n", what, ino, offset, length, path);
    pthread_mutex_lock(&lock);
    all(head, (size_t)size);
    if (length > 0) all(bytes, length);
    all("\n", 1);
    pthread_mutex_unlock(&lock);
}

static int opened(int fd, const char *path, int flags, int was_there) {
    struct stat found;
    if (fd < 0 || fd >= FDS || !is_ours(path)) return fd;
    paths[fd] = strdup(path);
    is_folder[fd] = fstat(fd, &found) == 0 && S_ISDIR(found.st_mode);
    if (!was_there) note("create", inode(fd), 0, NULL, 0, path);
    else if (flags & O_TRUNC) note("truncate", inode(fd), 0, NULL, 0, path);
    return fd;
}

static int open_any(const char *path, int flags, mode_t mode) {
    int was_there = !(flags & O_CREAT) || access(path, F_OK) == 0;
    return opened(real_open(path, flags, mode), path, flags, was_there);
}

#define MODE(flags)                                                                                                   \
    mode_t mode = 0;                                                                                                  \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                                                            \
        va_list rest;                                                                                                 \
        va_start(rest, flags);                                                                                        \
        mode = va_arg(rest, mode_t);                                                                                  \
        va_end(rest);                                                                                                 \
    }

int open(const char *path, int flags, ...) {
    MODE(flags)
    return open_any(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    MODE(flags)
    return open_any(path, flags, mode);
}

int close(int fd) {
    if (fd >= 0 && fd < FDS) {
        free(paths[fd]);
        paths[fd] = NULL;
    }
    return real_close(fd);
}

static const char *path_of(int fd) { return fd >= 0 && fd < FDS ? paths[fd] : NULL; }

/* How much of a write there is room for; -1 when there is none. Only growth takes room. */
static ssize_t allowed(int fd, size_t length, off_t offset) {
    struct stat found;
    long long end = (long long)offset + (long long)length, growth;
    if (room < 0 || fstat(fd, &found) != 0) return (ssize_t)length;
    growth = end - (long long)found.st_size;
    if (growth <= 0) return (ssize_t)length;
    if (growth <= room) {
        room -= growth;
        return (ssize_t)length;
    }
    length -= (size_t)(growth - room) < length ? (size_t)(growth - room) : length;
    room = 0;
    if (length == 0) {
        errno = ENOSPC;
        return -1;
    }
    return (ssize_t)length;
}

static ssize_t written(int fd, const void *bytes, size_t length, off_t offset, int is_at) {
    const char *path = path_of(fd);
    ssize_t done;
    if (!path) {
        done = is_at ? real_pwrite(fd, bytes, length, offset) : real_write(fd, bytes, length);
        if (fd == 1 && done > 0) note("out", 0, 0, bytes, (size_t)done, "-");
        return done;
    }
    if (!is_at) {
        struct stat found;
        int flags = fcntl(fd, F_GETFL);
        offset = flags & O_APPEND && fstat(fd, &found) == 0 ? found.st_size : lseek(fd, 0, SEEK_CUR);
    }
    done = allowed(fd, length, offset);
    if (done < 0) return done;
    done = is_at ? real_pwrite(fd, bytes, (size_t)done, offset) : real_write(fd, bytes, (size_t)done);
    if (done > 0) note("write", inode(fd), offset, bytes, (size_t)done, path);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length) { return written(fd, bytes, length, 0, 0); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    return written(fd, bytes, length, offset, 1);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) {
    return written(fd, bytes, length, offset, 1);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    ssize_t sum = 0;
    for (int i = 0; i < count; i++) {
        ssize_t done = write(fd, parts[i].iov_base, parts[i].iov_len);
        if (done < 0) return sum > 0 ? sum : done;
        sum += done;
        if ((size_t)done < parts[i].iov_len) break;
    }
    return sum;
}

static int truncated(int fd, off_t length) {
    const char *path = path_of(fd);
    int done = real_ftruncate(fd, length);
    if (done == 0 && path) note("truncate", inode(fd), length, NULL, 0, path);
    return done;
}
int ftruncate(int fd, off_t length) { return truncated(fd, length); }
int ftruncate64(int fd, off_t length) { return truncated(fd, length); }

/* Nothing is really flushed: the machine stays on, and the test goes faster. */
static int synced(int fd) {
    const char *path = path_of(fd);
    if (!path) return real_fsync(fd);
    note(is_folder[fd] ? "syncdir" : "sync", inode(fd), 0, NULL, 0, path);
    return 0;
}
int fsync(int fd) { return synced(fd); }
int fdatasync(int fd) { return synced(fd); }

int rename(const char *from, const char *to) {
    struct stat found;
    unsigned long long ino = stat(from, &found) == 0 ? (unsigned long long)found.st_ino : 0;
    int done = real_rename(from, to);
    if (done == 0 && is_ours(from)) note("rename", ino, 0, to, strlen(to), from);
    return done;
}

int unlink(const char *path) {
    int done = real_unlink(path);
    if (done == 0 && is_ours(path)) note("unlink", 0, 0, NULL, 0, path);
    return done;
}
int unlinkat(int at, const char *path, int flags) {
    int done = real_unlinkat(at, path, flags);
    if (done == 0 && is_ours(path)) note("unlink", 0, 0, NULL, 0, path);
    return done;
}

int mkdir(const char *path, mode_t mode) {
    int done = real_mkdir(path, mode);
    if (done == 0 && is_ours(path)) note("mkdir", 0, 0, NULL, 0, path);
    return done;
}
