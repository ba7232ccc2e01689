/* What the glibc of HEARTBEAT_GLIBC lacks and the archives of this system's compiler want. It is in
 * libheartbeat.so alone, and hidden there. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HIDDEN __attribute__((visibility("hidden")))

/* 2.33. Both processors' struct stat is the kernel's. */
HIDDEN int stat(const char* restrict path, struct stat* restrict to) {
  return (int)syscall(SYS_newfstatat, AT_FDCWD, path, to, 0);
}
HIDDEN int lstat(const char* restrict path, struct stat* restrict to) {
  return (int)syscall(SYS_newfstatat, AT_FDCWD, path, to, AT_SYMLINK_NOFOLLOW);
}
HIDDEN int fstat(int file, struct stat* to) { return (int)syscall(SYS_fstat, file, to); }
HIDDEN int fstat64(int file, struct stat64* to) { return (int)syscall(SYS_fstat, file, to); }

/* 2.32: whether libstdc++ may count references without atomic operations. */
extern HIDDEN char __libc_single_threaded;
char __libc_single_threaded = 0;

/* 2.36 */
HIDDEN uint32_t arc4random(void) {
  uint32_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number) abort();
  return number;
}

/* 2.35: where an exception finds the unwind table of the code at an address. */
static int is_object_of(struct dl_phdr_info* object, size_t size, void* data) {
  struct dl_find_object* const found = data;
  const ElfW(Addr) code = (ElfW(Addr))found->dlfo_map_start;
  int matches = 0;
  (void)size;
  found->dlfo_eh_frame = NULL;
  for (const ElfW(Phdr)* part = object->dlpi_phdr; part < object->dlpi_phdr + object->dlpi_phnum;
       ++part) {
    const ElfW(Addr) begin = object->dlpi_addr + part->p_vaddr;
    if (part->p_type == PT_LOAD && code >= begin && code - begin < part->p_memsz) matches = 1;
    if (part->p_type == PT_GNU_EH_FRAME) found->dlfo_eh_frame = (void*)begin;
  }
  return matches && found->dlfo_eh_frame != NULL;
}
HIDDEN int _dl_find_object(void* code, struct dl_find_object* found) {
  found->dlfo_map_start = code;
  return dl_iterate_phdr(is_object_of, found) != 0 ? 0 : -1;
}
