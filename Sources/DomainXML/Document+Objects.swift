// SPDX-License-Identifier: Apache-2.0

extension Document {
    /// What `body` makes of the definition `xml`, whose outermost element must be called `element`; errors name `object`.
    static func read<Result>(
        _ xml: String, as element: String, of object: String, _ body: (Element) -> Result
    ) throws(XMLError) -> Result {
        do throws(XMLError) {
            return try Document(parsing: xml).withRoot { (root) throws(XMLError) in
                guard root.namespace == nil, root.name == element else {
                    throw XMLError(.otherObject, "its outermost element is <\(root.name)>, not <\(element)>")
                }
                return body(root)
            }
        } catch {
            var named = error
            named.object = object
            throw named
        }
    }
}
