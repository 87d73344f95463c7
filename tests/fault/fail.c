/*
 * fail.c: a library that is loaded before the C library (LD_PRELOAD) and makes
 * one system call of one program fail, once.
 *
 * FAIL_CONTROL names a file of which all processes map the same page: which
 * call is to fail, after how many more of it, with which error, or (below 0)
 * by which signal the program ends before it; and how often each was called, so
 * that a test knows how many points there are. FAIL_PROGRAM is the program that
 * it is for, and not those that it starts.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* failing.py reads the names here. */
enum call {
	READ,
	WRITE,
	PREAD,
	PWRITE,
	RECV,
	SEND,
	OPEN,
	CLOSE,
	FSYNC,
	FDATASYNC,
	FTRUNCATE,
	FALLOCATE,
	RENAME,
	UNLINK,
	MKDIR,
	STAT,
	LSEEK,
	MMAP,
	POLL,
	ACCEPT,
	CONNECT,
	SOCKET,
	FORK,
	PIPE,
	DUP,
	FCNTL,
	FLOCK,
	KILL,
	WAITPID,
	INOTIFY,
	CHMOD,
	STATVFS,
	EPOLL,
	CALLS
};

struct control {
	_Atomic int32_t armed; /* the call, or -1 */
	_Atomic int32_t left;  /* calls of it before that one */
	_Atomic int32_t error;
	_Atomic int32_t failed; /* how often one failed */
	_Atomic int32_t counts[CALLS];
};

static struct control *control;

__attribute__((constructor)) static void
start(void)
{
	const char *path = getenv("FAIL_CONTROL");
	const char *program = getenv("FAIL_PROGRAM");
	int fd = path == NULL || program == NULL ||
		strcmp(program, program_invocation_short_name) != 0
	    ? -1
	    : (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
	void *page;

	if (fd < 0)
		return;
	page = (void *)syscall(
	    SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	syscall(SYS_close, fd);
	if (page != MAP_FAILED)
		control = page;
}

/* True: this call is the one that fails; errno is set. */
static int
fails(enum call call)
{
	if (control == NULL)
		return 0;
	atomic_fetch_add(&control->counts[call], 1);
	if (atomic_load(&control->armed) != (int)call ||
	    atomic_fetch_sub(&control->left, 1) != 0)
		return 0;
	atomic_store(&control->armed, -1);
	atomic_fetch_add(&control->failed, 1);
	errno = atomic_load(&control->error);
	if (errno < 0)
		syscall(SYS_kill, syscall(SYS_getpid), -errno);
	return 1;
}

#define WRAP(type, name, call, bad, params, args) \
	type name params; \
	type name params \
	{ \
		static type(*next) params; \
		if (next == NULL) \
			*(void **)&next = dlsym(RTLD_NEXT, #name); \
		return fails(call) ? (bad) : next args; \
	}

WRAP(ssize_t, read, READ, -1, (int fd, void *b, size_t n), (fd, b, n))
WRAP(ssize_t, __read_chk, READ, -1, (int fd, void *b, size_t n, size_t m),
    (fd, b, n, m))
WRAP(ssize_t, readv, READ, -1, (int fd, const struct iovec *v, int n),
    (fd, v, n))
WRAP(ssize_t, write, WRITE, -1, (int fd, const void *b, size_t n), (fd, b, n))
WRAP(ssize_t, writev, WRITE, -1, (int fd, const struct iovec *v, int n),
    (fd, v, n))
WRAP(ssize_t, pread, PREAD, -1, (int fd, void *b, size_t n, off_t o),
    (fd, b, n, o))
WRAP(ssize_t, pread64, PREAD, -1, (int fd, void *b, size_t n, off_t o),
    (fd, b, n, o))
WRAP(ssize_t, __pread_chk, PREAD, -1,
    (int fd, void *b, size_t n, off_t o, size_t m), (fd, b, n, o, m))
WRAP(ssize_t, __pread64_chk, PREAD, -1,
    (int fd, void *b, size_t n, off_t o, size_t m), (fd, b, n, o, m))
WRAP(ssize_t, pwrite, PWRITE, -1, (int fd, const void *b, size_t n, off_t o),
    (fd, b, n, o))
WRAP(ssize_t, pwrite64, PWRITE, -1, (int fd, const void *b, size_t n, off_t o),
    (fd, b, n, o))
WRAP(ssize_t, recv, RECV, -1, (int fd, void *b, size_t n, int f), (fd, b, n, f))
WRAP(ssize_t, __recv_chk, RECV, -1,
    (int fd, void *b, size_t n, size_t m, int f), (fd, b, n, m, f))
WRAP(ssize_t, recvmsg, RECV, -1, (int fd, struct msghdr *m, int f), (fd, m, f))
WRAP(ssize_t, send, SEND, -1, (int fd, const void *b, size_t n, int f),
    (fd, b, n, f))
WRAP(ssize_t, sendmsg, SEND, -1, (int fd, const struct msghdr *m, int f),
    (fd, m, f))

/* As Linux does it: the descriptor is gone, whatever close(2) says. */
int close(int fd);
int
close(int fd)
{
	int failing = fails(CLOSE), error = errno;

	if (syscall(SYS_close, fd) != 0)
		return -1;
	errno = error;
	return failing ? -1 : 0;
}

WRAP(int, fsync, FSYNC, -1, (int fd), (fd))
WRAP(int, fdatasync, FDATASYNC, -1, (int fd), (fd))
WRAP(int, ftruncate, FTRUNCATE, -1, (int fd, off_t n), (fd, n))
WRAP(int, ftruncate64, FTRUNCATE, -1, (int fd, off_t n), (fd, n))
WRAP(int, fallocate, FALLOCATE, -1, (int fd, int m, off_t a, off_t n),
    (fd, m, a, n))
WRAP(int, fallocate64, FALLOCATE, -1, (int fd, int m, off_t a, off_t n),
    (fd, m, a, n))
WRAP(int, posix_fallocate, FALLOCATE, errno, (int fd, off_t a, off_t n),
    (fd, a, n))
WRAP(int, rename, RENAME, -1, (const char *a, const char *b), (a, b))
WRAP(int, unlink, UNLINK, -1, (const char *a), (a))
WRAP(int, unlinkat, UNLINK, -1, (int d, const char *a, int f), (d, a, f))
WRAP(int, rmdir, UNLINK, -1, (const char *a), (a))
WRAP(int, mkdir, MKDIR, -1, (const char *a, mode_t m), (a, m))
WRAP(int, stat, STAT, -1, (const char *a, struct stat *s), (a, s))
WRAP(int, stat64, STAT, -1, (const char *a, struct stat64 *s), (a, s))
WRAP(int, lstat, STAT, -1, (const char *a, struct stat *s), (a, s))
WRAP(int, lstat64, STAT, -1, (const char *a, struct stat64 *s), (a, s))
WRAP(int, fstat, STAT, -1, (int fd, struct stat *s), (fd, s))
WRAP(int, fstat64, STAT, -1, (int fd, struct stat64 *s), (fd, s))
WRAP(int, access, STAT, -1, (const char *a, int m), (a, m))
WRAP(off_t, lseek, LSEEK, -1, (int fd, off_t o, int w), (fd, o, w))
WRAP(off_t, lseek64, LSEEK, -1, (int fd, off_t o, int w), (fd, o, w))
WRAP(int, poll, POLL, -1, (struct pollfd * p, nfds_t n, int t), (p, n, t))
WRAP(int, ppoll, POLL, -1,
    (struct pollfd * p, nfds_t n, const struct timespec *t, const sigset_t *s),
    (p, n, t, s))
WRAP(int, select, POLL, -1,
    (int n, fd_set *r, fd_set *w, fd_set *e, struct timeval *t),
    (n, r, w, e, t))
WRAP(int, accept, ACCEPT, -1, (int fd, struct sockaddr *a, socklen_t *n),
    (fd, a, n))
WRAP(int, accept4, ACCEPT, -1,
    (int fd, struct sockaddr *a, socklen_t *n, int f), (fd, a, n, f))
WRAP(int, connect, CONNECT, -1, (int fd, const struct sockaddr *a, socklen_t n),
    (fd, a, n))
WRAP(int, socket, SOCKET, -1, (int d, int t, int p), (d, t, p))
WRAP(int, socketpair, SOCKET, -1, (int d, int t, int p, int f[2]), (d, t, p, f))
WRAP(pid_t, fork, FORK, -1, (void), ())
WRAP(int, pipe2, PIPE, -1, (int f[2], int m), (f, m))
WRAP(int, pipe, PIPE, -1, (int f[2]), (f))
WRAP(int, dup, DUP, -1, (int a), (a))
WRAP(int, dup2, DUP, -1, (int a, int b), (a, b))
WRAP(int, flock, FLOCK, -1, (int fd, int op), (fd, op))
WRAP(int, kill, KILL, -1, (pid_t p, int s), (p, s))
WRAP(pid_t, waitpid, WAITPID, -1, (pid_t p, int *s, int o), (p, s, o))
WRAP(int, chmod, CHMOD, -1, (const char *a, mode_t m), (a, m))
WRAP(int, fchmod, CHMOD, -1, (int fd, mode_t m), (fd, m))
WRAP(int, statvfs, STATVFS, -1, (const char *a, struct statvfs *s), (a, s))
WRAP(int, statvfs64, STATVFS, -1, (const char *a, struct statvfs64 *s), (a, s))
WRAP(int, epoll_create1, EPOLL, -1, (int f), (f))
WRAP(int, epoll_ctl, EPOLL, -1, (int e, int op, int fd, struct epoll_event *v),
    (e, op, fd, v))
WRAP(int, epoll_wait, EPOLL, -1, (int e, struct epoll_event *v, int n, int t),
    (e, v, n, t))
WRAP(int, inotify_init1, INOTIFY, -1, (int f), (f))
WRAP(int, inotify_add_watch, INOTIFY, -1, (int fd, const char *a, uint32_t m),
    (fd, a, m))
WRAP(void *, mmap, MMAP, MAP_FAILED,
    (void *a, size_t n, int p, int f, int fd, off_t o), (a, n, p, f, fd, o))
WRAP(void *, mmap64, MMAP, MAP_FAILED,
    (void *a, size_t n, int p, int f, int fd, off_t o), (a, n, p, f, fd, o))

/* Those with a mode or an argument that may be absent. */
#define OPENS(name, params, args) \
	int name params; \
	int name params \
	{ \
		static int (*next)(); \
		mode_t mode; \
		va_list ap; \
		if (next == NULL) \
			*(void **)&next = dlsym(RTLD_NEXT, #name); \
		va_start(ap, flags); \
		mode = va_arg(ap, mode_t); \
		va_end(ap); \
		return fails(OPEN) ? -1 : next args; \
	}

OPENS(open, (const char *a, int flags, ...), (a, flags, mode))
OPENS(open64, (const char *a, int flags, ...), (a, flags, mode))
OPENS(openat, (int d, const char *a, int flags, ...), (d, a, flags, mode))
OPENS(openat64, (int d, const char *a, int flags, ...), (d, a, flags, mode))
WRAP(int, __open_2, OPEN, -1, (const char *a, int f), (a, f))
WRAP(int, __open64_2, OPEN, -1, (const char *a, int f), (a, f))
WRAP(int, __openat_2, OPEN, -1, (int d, const char *a, int f), (d, a, f))
WRAP(int, __openat64_2, OPEN, -1, (int d, const char *a, int f), (d, a, f))

#define FCNTLS(name) \
	int name(int fd, int op, ...); \
	int name(int fd, int op, ...) \
	{ \
		static int (*next)(); \
		void *arg; \
		va_list ap; \
		if (next == NULL) \
			*(void **)&next = dlsym(RTLD_NEXT, #name); \
		va_start(ap, op); \
		arg = va_arg(ap, void *); \
		va_end(ap); \
		return fails(FCNTL) ? -1 : next(fd, op, arg); \
	}

FCNTLS(fcntl)
FCNTLS(fcntl64)

/* The test waits for the program, which is not to yield to the tests beside it.
 */
int
setpriority(__priority_which_t which, id_t who, int priority)
{
	(void)which;
	(void)who;
	(void)priority;
	return 0;
}
