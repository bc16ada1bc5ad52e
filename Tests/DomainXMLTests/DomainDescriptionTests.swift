// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Testing

@Suite struct DomainDescriptionTests {
    private static let web1 = """
        <domain type='kvm' id='3'>
          <name>web1</name>
          <title>Shop &amp; blog</title>
          <memory unit='KiB'>1048576</memory>
          <vcpu placement='static' current='2'>4</vcpu>
          <metadata>
            <other:x xmlns:other='http://example.com/other'/>
            <nova:instance xmlns:nova='http://openstack.org/xmlns/libvirt/nova/1.1'><nova:name>w</nova:name></nova:instance>
          </metadata>
          <os><type arch='x86_64' machine='pc-q35-7.2'> hvm </type><boot dev='hd'/></os>
          <on_poweroff>destroy</on_poweroff>
          <on_reboot>restart</on_reboot>
          <on_crash>preserve</on_crash>
          <devices>
            <disk type='file' device='disk'>
              <source file='/var/lib/libvirt/images/a &quot;b&quot;.qcow2' index='1'/>
              <target dev='vda' bus='virtio'/>
            </disk>
            <disk type='network'>
              <source protocol='rbd' name='pool/image'><host name='mon1'/></source><target dev='vdb' bus='virtio'/>
            </disk>
            <disk type='volume' device='lun'>
              <source pool='default' volume='v1'/><target dev='sda' bus='scsi'/>
            </disk>
            <disk type='file' device='cdrom'><target dev='sdb' bus='sata'/></disk>
            <interface type='network'>
              <mac address='52:54:00:11:22:33'/><source network='default' bridge='virbr0'/><target dev='vnet0'/>
            </interface>
            <interface type='direct'><source dev='eth0' mode='vepa'/></interface>
            <watchdog model='itco' action='reset'/>
          </devices>
        </domain>
        """

    @Test func `reads what the agent uses of a definition`() throws {
        let domain = try DomainDescription.parse(Self.web1)
        #expect(domain.osType == "hvm")
        #expect(domain.arch == "x86_64")
        #expect(domain.machine == "pc-q35-7.2")
        #expect(domain.title == "Shop & blog")
        #expect(domain.vcpus == 2 && domain.memory == 1_048_576)
        #expect([domain.onPoweroff, domain.onReboot, domain.onCrash] == ["destroy", "restart", "preserve"])
        #expect(domain.hasWatchdog)
        #expect(domain.watchdogAction == "reset")
        #expect(domain.manager == "nova")
    }

    @Test func `reads devices in their order, with what is absent left nil`() throws {
        let domain = try DomainDescription.parse(Self.web1)
        #expect(domain.disks.map(\.target) == ["vda", "vdb", "sda", "sdb"])
        #expect(
            domain.disks.map(\.source)
                == ["/var/lib/libvirt/images/a \"b\".qcow2", "pool/image", "default/v1", nil])
        #expect(domain.disks.map(\.device) == ["disk", "disk", "lun", "cdrom"])
        #expect(domain.disks.map(\.bus) == ["virtio", "virtio", "scsi", "sata"])
        #expect(domain.interfaces.map(\.target) == ["vnet0", nil])
        #expect(domain.interfaces.map(\.mac) == ["52:54:00:11:22:33", nil])
        #expect(domain.interfaces.map(\.kind) == ["network", "direct"])
        #expect(domain.interfaces.map(\.source) == ["default", "eth0"])
    }

    @Test(arguments: [
        ("<channel type='pty'><target type='virtio' name='other' state='connected'/></channel>", false, false),
        ("<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>", true, false),
        (
            "<channel/><channel><target name='a'/></channel>"
                + "<channel type='unix'><target name='org.qemu.guest_agent.0' state='connected'/></channel>",
            true, true
        ),
        (
            "<channel type='unix'><target name='org.qemu.guest_agent.0' state='disconnected'/></channel>", true,
            false
        ),
    ])
    func `knows the agent's channel among others, and its state`(xml: String, has: Bool, isUp: Bool) throws {
        let domain = try DomainDescription.parse("<domain><devices>\(xml)</devices></domain>")
        #expect(domain.hasAgentChannel == has && domain.isAgentConnected == isUp)
    }

    @Test func `a bare domain has nothing`() throws {
        let domain = try DomainDescription.parse("<domain/>")
        #expect(domain.osType == nil && domain.title == nil && domain.manager == nil && domain.onCrash == nil)
        #expect(domain.disks.isEmpty && domain.interfaces.isEmpty && !domain.hasWatchdog)
    }

    @Test(arguments: [
        ("http://openstack.org/xmlns/libvirt/nova/1.0", "nova"), ("http://ovirt.org/vm/1.0", "ovirt"),
        ("http://kubevirt.io", "kubevirt"), ("http://kubevirt.io/other", nil),
    ])
    func `knows managers by namespace, not by prefix`(namespace: String, manager: String?) throws {
        let xml = "<domain><metadata><q:a xmlns:q='\(namespace)'/></metadata></domain>"
        #expect(try DomainDescription.parse(xml).manager == manager)
    }

    @Test func `elements in a namespace are not libvirt's own`() throws {
        let xml = "<domain xmlns:q='http://q'><q:on_crash>restart</q:on_crash><devices><q:watchdog/></devices></domain>"
        let domain = try DomainDescription.parse(xml)
        #expect(domain.onCrash == nil && !domain.hasWatchdog)
    }

    @Test(arguments: [
        ("", XMLError.Code.malformed), ("<domain>", .malformed), ("<domain></domain><domain/>", .malformed),
        ("no xml", .malformed), ("<domain>\u{0}</domain>", .malformed), ("<network/>", .notADomain),
        ("<q:domain xmlns:q='u'/>", .notADomain), ("<!DOCTYPE domain><domain/>", .hasDocumentType),
        ("<!DOCTYPE d [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><domain>&e;</domain>", .hasDocumentType),
    ])
    func `says what is wrong with a bad document`(xml: String, code: XMLError.Code) {
        let error = #expect(throws: XMLError.self) { try DomainDescription.parse(xml) }
        #expect(error?.code == code)
        #expect(error?.description.hasPrefix("cannot read the domain XML: ") == true)
        #expect(error?.description.contains("\n") == false)
    }

    @Test func `a document over 4 MiB is not parsed`() {
        let xml = "<domain><title>" + String(repeating: "a", count: 4 << 20) + "</title></domain>"
        let error = #expect(throws: XMLError.self) { try DomainDescription.parse(xml) }
        #expect(error?.code == .tooLarge)
    }

    @Test func `nesting without end is refused by the parser`() {
        let xml = "<domain>" + String(repeating: "<a>", count: 100_000)
        let error = #expect(throws: XMLError.self) { try DomainDescription.parse(xml) }
        #expect(error?.code == .malformed)
    }

    @Test func `entities that multiply are refused`() {
        var entities = "<!ENTITY a0 'aaaaaaaaaa'>"
        for level in 1...20 {
            entities += "<!ENTITY a\(level) '\(String(repeating: "&a\(level - 1);", count: 10))'>"
        }
        let xml = "<!DOCTYPE domain [\(entities)]><domain><title>&a20;</title></domain>"
        #expect(throws: XMLError.self) { try DomainDescription.parse(xml) }
    }

    @Test func `an external entity is not read`() {
        let xml = """
            <!DOCTYPE domain [<!ENTITY e SYSTEM "file:///etc/hostname">]><domain><title>&e;</title></domain>
            """
        let error = #expect(throws: XMLError.self) { try DomainDescription.parse(xml) }
        #expect(error?.code == .hasDocumentType)
    }

    @Test func `more devices than the limit are left out`() throws {
        let disks = String(repeating: "<disk/>", count: DomainDescription.deviceLimit + 10)
        let domain = try DomainDescription.parse("<domain><devices>\(disks)</devices></domain>")
        #expect(domain.disks.count == DomainDescription.deviceLimit)
    }

    @Test func `the declared encoding does not change the text`() throws {
        let xml = "<?xml version='1.0' encoding='ISO-8859-1'?><domain><title>Größe</title></domain>"
        #expect(try DomainDescription.parse(xml).title == "Größe")
    }
}
