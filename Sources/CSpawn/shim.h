// SPDX-License-Identifier: Apache-2.0
#ifndef VIRTWARDEN_CSPAWN_H
#define VIRTWARDEN_CSPAWN_H

#include <spawn.h>

// What glibc declares only with _GNU_SOURCE, which Swift's import of it does not set. glibc 2.34.
extern int memfd_create(const char *, unsigned int);
extern int pipe2(int[2], int);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);

static const unsigned int vw_memory_closes_on_exec = 1U; // MFD_CLOEXEC
static const unsigned int vw_memory_is_no_program = 8U;  // MFD_NOEXEC_SEAL, Linux 6.3
static const short vw_spawn_own_session = 0x80;          // POSIX_SPAWN_SETSID

static inline int vw_memory_file(const char *name, unsigned int flags) {
    return memfd_create(name, flags);
}

static inline int vw_pipe(int *ends) {
    return pipe2(ends, 02000000 /* O_CLOEXEC */);
}

static inline int vw_spawn_chdir(posix_spawn_file_actions_t *actions, const char *path) {
    return posix_spawn_file_actions_addchdir_np(actions, path);
}

static inline int vw_spawn_closefrom(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

#endif
