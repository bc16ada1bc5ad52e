// SPDX-License-Identifier: Apache-2.0

/// What the agent uses of a domain's definition, as `virDomainGetXMLDesc` writes it.
///
/// Every text is the domain owner's: untrusted, and escaped wherever it is shown. An object, since each round hands it on
/// with what it read.
public final class DomainDescription: Sendable {
    /// One network interface.
    public struct Interface: Hashable, Sendable {
        /// The device's name on the host (`vnet0`); libvirt writes it while the domain runs.
        public let target: String?
        public let mac: String?
        /// libvirt's `type`: `network`, `bridge`, `direct`, `hostdev` …
        public let kind: String?
        /// The network, bridge, device or path it is connected to.
        public let source: String?
        /// The bridge on the host, also of a network's.
        public let bridge: String?
        public let network: String?
        /// `virtio`, `e1000` …
        public let model: String?
        public let mtu: String?
        /// What Open vSwitch and others know the port by (`<virtualport>`).
        public let portIdentity: String?
    }

    /// One disk, CD drive, floppy or passed-through unit.
    public struct Disk: Hashable, Sendable {
        /// The device's name in the definition (`vda`).
        public let target: String?
        /// File, device, image name or `pool/volume`; nil for an empty drive.
        public let source: String?
        /// The file, where it is one.
        public let file: String?
        /// `virtio`, `scsi`, `sata` …
        public let bus: String?
        /// `disk`, `cdrom`, `floppy` or `lun`.
        public let device: String
        /// libvirt's `type`: `file`, `block`, `network`, `volume` …
        public let kind: String?
        public let driverName: String?
        /// The image's format: `raw`, `qcow2` …
        public let format: String?
        public let cache: String?
        public let discard: String?
        /// `rbd`, `nbd` … of a network disk.
        public let sourceProtocol: String?
        /// The storage pool of a disk that is a volume.
        public let pool: String?
        public let serial: String?
    }

    /// What OpenStack's Nova wrote of the instance.
    public struct OpenStack: Hashable, Sendable {
        public let instanceName: String?
        public let flavor: String?
        public let userName: String?
        public let userID: String?
        public let projectName: String?
        public let projectID: String?
        /// What the instance's first disk was made from: `image`, and the image's UUID.
        public let rootType: String?
        public let rootID: String?
    }

    /// What oVirt's VDSM wrote of the domain.
    public struct OVirt: Hashable, Sendable {
        /// The compatibility version of the cluster that the domain was made for.
        public let clusterVersion: String?
    }

    /// What KubeVirt wrote of the domain.
    public struct KubeVirt: Hashable, Sendable {
        /// The UID of the object `VirtualMachineInstance`.
        public let uid: String?
    }

    /// The most interfaces, and the most disks, that are kept; those after are left out.
    public static let deviceLimit = 4096

    /// `hvm`, `linux`, `exe` …
    public let osType: String?
    public let arch: String?
    public let machine: String?
    public let title: String?
    /// Virtual CPUs that the domain starts with, or has.
    public let vcpus: UInt64?
    /// Memory that it may have at most, in KiB, as libvirt always writes it.
    public let memory: UInt64?
    /// `<on_crash>`, `<on_poweroff>` and `<on_reboot>`: libvirt's words, nil when not written.
    public let onCrash: String?
    public let onPoweroff: String?
    public let onReboot: String?
    public let interfaces: [Interface]
    public let disks: [Disk]
    public let hasWatchdog: Bool
    /// What the first watchdog does when it fires (`reset`, `pause`, `none` …).
    public let watchdogAction: String?
    /// Whether there is a channel for QEMU's guest agent, and whether libvirt, while the domain runs, sees one in it.
    public let hasAgentChannel: Bool
    public let isAgentConnected: Bool
    /// Who else manages the domain, by its metadata: `nova`, `ovirt` or `kubevirt`.
    public let manager: String?
    /// Of the elements in its metadata, without duplicates, and no more than 64.
    public let namespaces: [String]
    /// nil unless metadata of this program's is there.
    public let remediation: RemediationMark?
    /// nil unless Nova's metadata is there, of version 1.0 or 1.1.
    public let openStack: OpenStack?
    /// nil unless their metadata is there.
    public let oVirt: OVirt?
    public let kubeVirt: KubeVirt?
    /// What the paths that were given found, by their names.
    public let metadata: [String: String]

    /// Reads a domain's definition, and of its metadata what `paths` find.
    ///
    /// Throws when `xml` is larger than 4 MiB, not well-formed, has a document type, or is not a `<domain>`.
    public static func parse(_ xml: String, metadata paths: MetadataPaths = .none) throws(XMLError) -> DomainDescription
    {
        try Document(parsing: xml).withRoot { (root) throws(XMLError) in
            guard root.namespace == nil, root.name == "domain" else {
                throw XMLError(.notADomain, "its outermost element is <\(root.name)>, not <domain>")
            }
            return DomainDescription(domain: root, paths)
        }
    }

    private init(domain: Element, _ paths: MetadataPaths) {
        let type = domain.child("os")?.child("type")
        osType = type?.content
        arch = type?.attribute("arch")
        machine = type?.attribute("machine")
        title = domain.child("title")?.content
        let vcpu = domain.child("vcpu")
        vcpus = (vcpu?.attribute("current") ?? vcpu?.content).flatMap { UInt64($0) }
        let memory = domain.child("memory")
        self.memory = memory?.attribute("unit") ?? "KiB" == "KiB" ? memory?.content.flatMap { UInt64($0) } : nil
        onCrash = domain.child("on_crash")?.content
        onPoweroff = domain.child("on_poweroff")?.content
        onReboot = domain.child("on_reboot")?.content
        let devices = domain.child("devices")
        interfaces = devices.map { $0.children("interface").prefix(Self.deviceLimit).map(Interface.init) } ?? []
        disks = devices.map { $0.children("disk").prefix(Self.deviceLimit).map(Disk.init) } ?? []
        let watchdog = devices?.child("watchdog")
        hasWatchdog = watchdog != nil
        watchdogAction = watchdog?.attribute("action")
        let agent = devices?.children("channel").lazy.compactMap { $0.child("target") }
            .first { $0.attribute("name") == "org.qemu.guest_agent.0" }
        hasAgentChannel = agent != nil
        isAgentConnected = agent?.attribute("state") == "connected"
        let metadata = domain.child("metadata")
        manager = metadata.flatMap(Self.manager)
        namespaces = metadata.map(Self.namespaces) ?? []
        remediation = metadata.flatMap(RemediationMark.init)
        openStack = metadata.flatMap(OpenStack.init)
        oVirt = metadata.flatMap(OVirt.init)
        kubeVirt = metadata.flatMap(KubeVirt.init)
        self.metadata = metadata.map { paths.texts(of: $0) } ?? [:]
    }

    /// Namespaces of the metadata that each manager writes into the domains it owns.
    private static let managers = [
        "http://openstack.org/xmlns/libvirt/nova/1.0": "nova",
        "http://openstack.org/xmlns/libvirt/nova/1.1": "nova",
        "http://ovirt.org/vm/1.0": "ovirt",
        "http://kubevirt.io": "kubevirt",
    ]

    private static func namespaces(of metadata: Element) -> [String] {
        var namespaces: [String] = []
        for entry in metadata.children {
            guard let namespace = entry.namespace, namespace.utf8.count <= 256 else { continue }
            if !namespaces.contains(namespace) { namespaces.append(namespace) }
            if namespaces.count == 64 { break }
        }
        return namespaces
    }

    private static func manager(of metadata: Element) -> String? {
        for entry in metadata.children {
            if let namespace = entry.namespace, let manager = managers[namespace] { return manager }
        }
        return nil
    }
}

extension DomainDescription.Interface {
    fileprivate init(_ element: Element) {
        target = element.child("target")?.attribute("dev")
        mac = element.child("mac")?.attribute("address")
        kind = element.attribute("type")
        let source = element.child("source")
        self.source = source?.firstAttribute(["network", "bridge", "dev", "path", "name"])
        bridge = source?.attribute("bridge")
        network = source?.attribute("network")
        model = element.child("model")?.attribute("type")
        mtu = element.child("mtu")?.attribute("size")
        portIdentity = element.child("virtualport")?.child("parameters")?.attribute("interfaceid")
    }
}

extension DomainDescription.Disk {
    fileprivate init(_ element: Element) {
        let target = element.child("target")
        self.target = target?.attribute("dev")
        bus = target?.attribute("bus")
        device = element.attribute("device") ?? "disk"
        kind = element.attribute("type")
        let driver = element.child("driver")
        driverName = driver?.attribute("name")
        format = driver?.attribute("type")
        cache = driver?.attribute("cache")
        discard = driver?.attribute("discard")
        serial = element.child("serial")?.content
        let source = element.child("source")
        sourceProtocol = source?.attribute("protocol")
        file = source?.attribute("file")
        pool = source?.attribute("pool")
        if let pool = source?.attribute("pool"), let volume = source?.attribute("volume") {
            self.source = "\(pool)/\(volume)"
        } else {
            self.source = source?.firstAttribute(["file", "dev", "name", "dir", "path"])
        }
    }
}
