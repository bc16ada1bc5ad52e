/* SPDX-License-Identifier: Apache-2.0
 * floor URI ROUNDS GROUPS: the least a libvirt client can pay for one round, virConnectGetAllDomainStats with NOWAIT
 * over one kept read-only connection. Prints, in order: CPU nanoseconds of this process for each round, records in
 * the last round, typed parameters in it. The first three rounds warm up and do not count. */
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long long cpu_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (long long)now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int one_round(virConnectPtr host, unsigned groups, long *parameters)
{
    virDomainStatsRecordPtr *records = NULL;
    int count = virConnectGetAllDomainStats(host, groups, &records, VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT);
    *parameters = 0;
    for (int i = 0; i < count; i++)
        *parameters += records[i]->nparams;
    if (count >= 0)
        virDomainStatsRecordListFree(records);
    return count;
}

int main(int argc, char **argv)
{
    if (argc != 4 || atoi(argv[2]) < 1) {
        fprintf(stderr, "usage: floor URI ROUNDS GROUPS\n");
        return 2;
    }
    virConnectPtr host = virConnectOpenReadOnly(argv[1]);
    if (!host)
        return 1;
    const int warm = 3, rounds = atoi(argv[2]);
    unsigned groups = (unsigned)strtoul(argv[3], NULL, 0);
    long long began = 0;
    long parameters = 0;
    int records = 0;
    for (int i = 0; i < warm + rounds; i++) {
        if (i == warm)
            began = cpu_clock();
        records = one_round(host, groups, &parameters);
        if (records < 0)
            return 1;
    }
    printf("%lld %d %ld\n", (cpu_clock() - began) / rounds, records, parameters);
    virConnectClose(host);
    return 0;
}
