// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Glibc
import Libvirt
import Remediation
import Sampling
import Vocabulary

/// Whether what stopped a domain's disks is over, as far as that can be told from here.
///
/// Of a file of this machine, its file system is asked; of a volume of another machine, its pool, when it is refreshed. Of
/// block devices and network disks nobody knows, and the errors themselves stay listed until the domain starts anew.
extension HostWatch {
    /// Less free space than this is none.
    private static let enough: UInt64 = 16 << 20
    /// Figures of a pool that are older say nothing.
    private static let poolAge = Duration.seconds(150)
    /// What a file system answers while its storage is away.
    private static let absences = [EIO, ESTALE, ENOTCONN, ETIMEDOUT, EHOSTDOWN, EHOSTUNREACH, ENODEV, ENXIO, EREMOTEIO]
    /// By `virDomainDiskErrorCode`.
    private static let noSpace: Int32 = 2

    /// Why a domain that an I/O error paused would stop at once again, one clause, by what a look into it told; nil when it
    /// would not, or nobody knows.
    func shortage(of uuid: ObjectUUID, _ look: Look) async -> String? {
        guard let known = domains[uuid], known.status.words.isPausedByError, let disks = known.description?.disks,
            let errors = look.details?.diskErrors, !errors.isEmpty
        else { return nil }
        for disk in disks where disk.device == "disk" {
            guard let target = disk.target, let error = errors[target] else { continue }
            if let reason = await obstacle(to: disk, lacksSpace: error == Self.noSpace) {
                return "disk \(target): \(reason)".asOneLine
            }
        }
        return nil
    }

    private func obstacle(to disk: DomainDescription.Disk, lacksSpace: Bool) async -> String? {
        guard plan.isHere, let directory = directory(of: disk) else {
            return lacksSpace ? lackOfPool(of: disk) : nil
        }
        switch await FileSystemAnswer.ofThisMachine.look(at: directory, within: plan.deadline) {
        case nil: return "\(directory) does not answer"
        case .failed(let number) where Self.absences.contains(number):
            return "\(directory): \(String(cString: strerror(number)))"
        // It may be seen at another place from here.
        case .failed: return nil
        case .free(_, isReadOnly: true): return "\(directory) is mounted read-only"
        case .free(let bytes, _):
            return lacksSpace && bytes < Self.enough ? "no space is left in \(directory), \(bytes) bytes are free" : nil
        }
    }

    /// Where the image of a disk lies, when it is a file.
    private func directory(of disk: DomainDescription.Disk) -> String? {
        if disk.kind == "file", let path = disk.source, path.hasPrefix("/"), let end = path.lastIndex(of: "/") {
            return end == path.startIndex ? "/" : String(path[..<end])
        }
        guard let pool = pool(of: disk), ["dir", "fs", "netfs"].contains(pool.facts.description?.kind) else {
            return nil
        }
        return pool.facts.description?.targetPath
    }

    private func lackOfPool(of disk: DomainDescription.Disk) -> String? {
        guard let pool = pool(of: disk), let available = pool.facts.reading?.available, available < Self.enough,
            let refreshed = pool.facts.refreshedAt, Timestamp.now - refreshed < Self.poolAge
        else { return nil }
        return "no space is left in pool \(pool.name), \(available) bytes are free"
    }

    private func pool(of disk: DomainDescription.Disk) -> ObjectFigures.Pool? {
        let name = disk.pool ?? disk.source.flatMap(poolAbove)
        return objects.pools.values.first { $0.name == name }
    }
}
