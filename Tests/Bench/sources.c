/* SPDX-License-Identifier: Apache-2.0
 * sources URI ROUNDS DAEMON QEMU...: what each call that tells of domains costs the host. Makes each call by itself,
 * ROUNDS times, once for all domains or once for each of them, over one kept read-only connection. Prints a line a
 * call: CPU microseconds a round of this process, of the daemon and of all the QEMUs, whose process ids it is given;
 * the name of the call, and how many failed. Counts CPU time, so that a machine that is busy otherwise does no harm. */
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct source {
    const char *name;
    /* One of the three: groups of the bulk call, a call about one domain, a call about the host. */
    unsigned groups;
    int (*domain)(virDomainPtr);
    int (*host)(virConnectPtr);
};

static int state(virDomainPtr domain)
{
    int state, reason;
    return virDomainGetState(domain, &state, &reason, 0);
}

static int info(virDomainPtr domain)
{
    virDomainInfo answer;
    return virDomainGetInfo(domain, &answer);
}

static int control(virDomainPtr domain)
{
    virDomainControlInfo answer;
    return virDomainGetControlInfo(domain, &answer, 0);
}

static int snapshots(virDomainPtr domain)
{
    return virDomainSnapshotNum(domain, 0);
}

static int vcpus(virDomainPtr domain)
{
    virVcpuInfo answer[8];
    return virDomainGetVcpus(domain, answer, 8, NULL, 0);
}

static int cpustats(virDomainPtr domain)
{
    virTypedParameter answer[16];
    return virDomainGetCPUStats(domain, answer, 16, -1, 1, 0);
}

static int memory(virDomainPtr domain)
{
    virDomainMemoryStatStruct answer[VIR_DOMAIN_MEMORY_STAT_NR];
    return virDomainMemoryStats(domain, answer, VIR_DOMAIN_MEMORY_STAT_NR, 0);
}

static int block(virDomainPtr domain)
{
    virDomainBlockStatsStruct answer;
    return virDomainBlockStats(domain, "vda", &answer, sizeof answer);
}

static int blockflags(virDomainPtr domain)
{
    virTypedParameter answer[16];
    int count = 16;
    int result = virDomainBlockStatsFlags(domain, "vda", answer, &count, 0);
    if (result >= 0)
        virTypedParamsClear(answer, count);
    return result;
}

static int iotune(virDomainPtr domain)
{
    virTypedParameter answer[32];
    int count = 32;
    int result = virDomainGetBlockIoTune(domain, "vda", answer, &count, 0);
    if (result >= 0)
        virTypedParamsClear(answer, count);
    return result;
}

static int blockinfo(virDomainPtr domain)
{
    virDomainBlockInfo answer;
    return virDomainGetBlockInfo(domain, "vda", &answer, 0);
}

static int block_job(virDomainPtr domain)
{
    virDomainBlockJobInfo answer;
    return virDomainGetBlockJobInfo(domain, "vda", &answer, 0);
}

static int disk_errors(virDomainPtr domain)
{
    virDomainDiskError answer[8];
    int count = virDomainGetDiskErrors(domain, answer, 8, 0);
    for (int i = 0; i < count; i++)
        free(answer[i].disk);
    return count;
}

static int job(virDomainPtr domain)
{
    virTypedParameterPtr answer = NULL;
    int type, count = 0;
    int result = virDomainGetJobStats(domain, &type, &answer, &count, 0);
    virTypedParamsFree(answer, count);
    return result;
}

static int xml(virDomainPtr domain)
{
    char *text = virDomainGetXMLDesc(domain, 0);
    free(text);
    return text ? 0 : -1;
}

static int list(virConnectPtr host)
{
    virDomainPtr *found = NULL;
    int count = virConnectListAllDomains(host, &found, 0);
    for (int i = 0; i < count; i++)
        virDomainFree(found[i]);
    free(found);
    return count;
}

static const struct source sources[] = {
    {"virConnectListAllDomains", .host = list},
    {"bulk: state, interface", .groups = VIR_DOMAIN_STATS_STATE | VIR_DOMAIN_STATS_INTERFACE},
    {"bulk: cpu-total", .groups = VIR_DOMAIN_STATS_CPU_TOTAL},
    {"bulk: balloon", .groups = VIR_DOMAIN_STATS_BALLOON},
    {"bulk: vcpu", .groups = VIR_DOMAIN_STATS_VCPU},
    {"bulk: block", .groups = VIR_DOMAIN_STATS_BLOCK},
    {"bulk: cpu-total, balloon, vcpu, block", .groups = VIR_DOMAIN_STATS_CPU_TOTAL | VIR_DOMAIN_STATS_BALLOON
        | VIR_DOMAIN_STATS_VCPU | VIR_DOMAIN_STATS_BLOCK},
    {"virDomainGetState", .domain = state},
    {"virDomainGetInfo", .domain = info},
    {"virDomainGetCPUStats, total", .domain = cpustats},
    {"virDomainGetVcpus", .domain = vcpus},
    {"virDomainMemoryStats", .domain = memory},
    {"virDomainBlockStats, one disk", .domain = block},
    {"virDomainBlockStatsFlags, one disk", .domain = blockflags},
    {"virDomainGetBlockInfo, one disk", .domain = blockinfo},
    {"virDomainGetDiskErrors", .domain = disk_errors},
    {"virDomainGetBlockIoTune, one disk", .domain = iotune},
    {"virDomainGetBlockJobInfo, one disk", .domain = block_job},
    {"virDomainGetJobStats", .domain = job},
    {"virDomainSnapshotNum", .domain = snapshots},
    {"virDomainGetControlInfo", .domain = control},
    {"virDomainGetXMLDesc", .domain = xml},
};

static double microseconds(clockid_t clock)
{
    struct timespec now;
    return clock_gettime(clock, &now) ? 0 : now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static double of_process(const char *pid)
{
    clockid_t clock;
    return clock_getcpuclockid(atoi(pid), &clock) ? 0 : microseconds(clock);
}

static int bulk(virConnectPtr host, unsigned groups)
{
    virDomainStatsRecordPtr *records = NULL;
    int count = virConnectGetAllDomainStats(host, groups, &records, VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT);
    if (count >= 0)
        virDomainStatsRecordListFree(records);
    return count;
}

/* One round; how many calls failed. */
static int ask(const struct source *source, virConnectPtr host, virDomainPtr *domains, int count)
{
    int failed = 0;
    if (source->host)
        return source->host(host) < 0;
    if (source->groups)
        return bulk(host, source->groups) < 0;
    for (int i = 0; i < count; i++)
        failed += source->domain(domains[i]) < 0;
    return failed;
}

static void quiet(void *data, virErrorPtr error)
{
    (void)data;
    (void)error;
}

int main(int argc, char **argv)
{
    const int rounds = argc > 4 ? atoi(argv[2]) : 0;
    if (rounds < 1) {
        fprintf(stderr, "usage: sources URI ROUNDS DAEMON QEMU...\n");
        return 2;
    }
    virSetErrorFunc(NULL, quiet);
    virConnectPtr host = virConnectOpenReadOnly(argv[1]);
    virDomainPtr *domains = NULL;
    int count = host ? virConnectListAllDomains(host, &domains, VIR_CONNECT_LIST_DOMAINS_ACTIVE) : -1;
    if (count < 0)
        return 1;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        double client, daemon = 0, qemus = 0;
        int failed = 0;
        ask(&sources[i], host, domains, count);
        /* What the domains still do for the call before is not this call's. */
        usleep(200000);
        client = -microseconds(CLOCK_PROCESS_CPUTIME_ID);
        daemon = -of_process(argv[3]);
        for (int pid = 4; pid < argc; pid++)
            qemus -= of_process(argv[pid]);
        for (int round = 0; round < rounds; round++)
            failed += ask(&sources[i], host, domains, count);
        client += microseconds(CLOCK_PROCESS_CPUTIME_ID);
        daemon += of_process(argv[3]);
        for (int pid = 4; pid < argc; pid++)
            qemus += of_process(argv[pid]);
        printf("%.0f %.0f %.0f %d %s\n", client / rounds, daemon / rounds, qemus / rounds, failed, sources[i].name);
    }
    for (int i = 0; i < count; i++)
        virDomainFree(domains[i]);
    free(domains);
    virConnectClose(host);
    return 0;
}
