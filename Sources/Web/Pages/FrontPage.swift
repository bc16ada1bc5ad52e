// SPDX-License-Identifier: Apache-2.0

/// `/`: what this is and where its pages are, without script, style or anything from elsewhere.
struct FrontPage: Page {
    let path = "/"
    let summary: String? = nil

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        let links = Pages.all().compactMap { page in
            page.summary.map { "<li><a href=\"\(page.path)\">\(page.path)</a> \($0)</li>\n" }
        }
        let html = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>virtwarden</title></head>
            <body><h1>virtwarden \(site.version)</h1>
            <p>An agent for hosts that run virtual machines under libvirt.</p>
            <ul>
            \(links.joined())</ul></body></html>

            """
        return PageResponse(
            headers: [
                ("Content-Type", "text/html; charset=utf-8"), ("X-Content-Type-Options", "nosniff"),
                ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
            ],
            body: Array(html.utf8))
    }
}
