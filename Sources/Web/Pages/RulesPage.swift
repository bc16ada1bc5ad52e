// SPDX-License-Identifier: Apache-2.0
import PrometheusAPI
import Vocabulary

/// `/api/v1/rules`: groups, rules and their alerts. Parameters: `type` (alert or record), `rule_name[]`, `rule_group[]`,
/// `file[]`, each of which may be repeated, and `exclude_alerts`.
struct RulesPage: Page {
    let path = "/api/v1/rules"
    let summary: String? = "the rules and how they stand, as JSON"

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        let type = request.values("type").first?.lowercased() ?? ""
        guard ["", "alert", "record"].contains(type) else { return .badData("type: expected alert or record") }
        let excluded = request.values("exclude_alerts").first ?? ""
        guard ["", "true", "false", "1", "0"].contains(excluded) else {
            return .badData("exclude_alerts: expected true or false")
        }
        let names = Set(request.values("rule_name[]"))
        let groupNames = Set(request.values("rule_group[]"))
        let files = Set(request.values("file[]"))
        let groups = await site.ruleGroups().compactMap { group -> RuleGroupReport? in
            guard groupNames.isEmpty || groupNames.contains(group.name), files.isEmpty || files.contains(group.file)
            else { return nil }
            var group = group
            group.rules = group.rules.filter { rule in
                (type.isEmpty || type == (rule.isAlert ? "alert" : "record"))
                    && (names.isEmpty || names.contains(rule.name))
            }
            // A name that is asked for hides groups that have no such rule; a type does not.
            return group.rules.isEmpty && !names.isEmpty ? nil : group
        }
        return .json(200, PrometheusJSON.rules(groups, alerts: !["true", "1"].contains(excluded)))
    }
}

extension RuleReport {
    fileprivate var isAlert: Bool {
        if case .alert = kind { true } else { false }
    }
}
