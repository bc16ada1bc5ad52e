// SPDX-License-Identifier: Apache-2.0

extension DomainDescription.OpenStack {
    private static let namespaces = [
        "http://openstack.org/xmlns/libvirt/nova/1.0", "http://openstack.org/xmlns/libvirt/nova/1.1",
    ]

    /// From the element `instance` that Nova writes into `<metadata>`; nil when there is none.
    init?(_ metadata: Element) {
        for namespace in Self.namespaces {
            guard let instance = metadata.child("instance", in: namespace) else { continue }
            let owner = instance.child("owner", in: namespace)
            let user = owner?.child("user", in: namespace)
            let project = owner?.child("project", in: namespace)
            let root = instance.child("root", in: namespace)
            self.init(
                instanceName: instance.child("name", in: namespace)?.content,
                flavor: instance.child("flavor", in: namespace)?.attribute("name"), userName: user?.content,
                userID: user?.attribute("uuid"), projectName: project?.content, projectID: project?.attribute("uuid"),
                rootType: root?.attribute("type"), rootID: root?.attribute("uuid"))
            return
        }
        return nil
    }
}
