/* SPDX-License-Identifier: Apache-2.0
 * floor URI ROUNDS PAUSE [TIERS]: the least a libvirt client can pay for the agent's rounds, its two bulk calls, or the
 * first TIERS of them, over one kept read-only connection, one every PAUSE milliseconds. Prints, in order: CPU nanoseconds of
 * this process for each round, records and typed parameters of the last round, pages of resident memory at the end,
 * nanoseconds that the calls of a round took. The first three rounds warm up and do not count. */
#include <errno.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* The groups of both tiers, as in Sources/Daemon/HostWatch+Round.swift. */
static const unsigned tiers[] = {
    VIR_DOMAIN_STATS_STATE | VIR_DOMAIN_STATS_INTERFACE,
    VIR_DOMAIN_STATS_CPU_TOTAL | VIR_DOMAIN_STATS_BALLOON | VIR_DOMAIN_STATS_VCPU | VIR_DOMAIN_STATS_BLOCK,
};

static long long clock_now(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (long long)now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Sleeps until the next round is due, or not at all when it is late. */
static void await(long long due)
{
    struct timespec time = {due / 1000000000LL, due % 1000000000LL};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
        ;
}

static int ask(virConnectPtr host, unsigned groups, long *parameters)
{
    virDomainStatsRecordPtr *records = NULL;
    int count = virConnectGetAllDomainStats(host, groups, &records, VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT);
    for (int i = 0; i < count; i++)
        *parameters += records[i]->nparams;
    if (count >= 0)
        virDomainStatsRecordListFree(records);
    return count;
}

/* Not ru_maxrss: that is kept across an exec, and so begins with the caller's memory. */
static long resident_pages(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file) {
        if (fscanf(file, "%*d %ld", &pages) != 1)
            pages = 0;
        fclose(file);
    }
    return pages;
}

int main(int argc, char **argv)
{
    const int warm = 3, rounds = argc >= 4 ? atoi(argv[2]) : 0;
    const size_t count = argc == 5 ? (size_t)atoi(argv[4]) : sizeof tiers / sizeof *tiers;
    if (rounds < 1 || argc > 5 || count < 1 || count > sizeof tiers / sizeof *tiers) {
        fprintf(stderr, "usage: floor URI ROUNDS PAUSE [TIERS]\n");
        return 2;
    }
    virConnectPtr host = virConnectOpenReadOnly(argv[1]);
    if (!host)
        return 1;
    long long began = 0, took = 0;
    long parameters = 0;
    int records = 0;
    long long due = clock_now(CLOCK_MONOTONIC);
    for (int i = 0; i < warm + rounds; i++) {
        due += atoi(argv[3]) * 1000000LL;
        await(due);
        if (i == warm)
            began = clock_now(CLOCK_PROCESS_CPUTIME_ID);
        records = 0;
        parameters = 0;
        long long before = clock_now(CLOCK_MONOTONIC);
        for (size_t tier = 0; tier < count; tier++) {
            int found = ask(host, tiers[tier], &parameters);
            if (found < 0)
                return 1;
            records += found;
        }
        if (i >= warm)
            took += clock_now(CLOCK_MONOTONIC) - before;
    }
    began = (clock_now(CLOCK_PROCESS_CPUTIME_ID) - began) / rounds;
    printf("%lld %d %ld %ld %lld\n", began, records, parameters, resident_pages(), took / rounds);
    virConnectClose(host);
    return 0;
}
