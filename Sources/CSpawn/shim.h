// SPDX-License-Identifier: Apache-2.0
#ifndef VIRTWARDEN_CSPAWN_H
#define VIRTWARDEN_CSPAWN_H

#include <spawn.h>

// What glibc declares only with _GNU_SOURCE, which Swift's import of it does not set. glibc 2.34.
extern int memfd_create(const char *, unsigned int);
extern int pipe2(int[2], int);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);

/// A file in memory that no program inherits (MFD_CLOEXEC).
static inline int vw_memory_file(const char *name) {
    return memfd_create(name, 1U);
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
