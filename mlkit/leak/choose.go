package leak

import (
	"fmt"
	"slices"
	"strings"

	"viva/internal/nearest"
	"viva/mlkit/view"
)

// Rules returns all conditions that Check tests, in order.
func Rules() []Rule {
	return []Rule{
		ExactCopies, NormalisedCopies, NearCopies, DocumentsInTwoSplits, GroupsInTwoSplits, ConflictingLabels,
		GiveAwayWords, GiveAwayProperties, IdentifiersInTexts, SharedIdentifiers, LaterTraining, ShiftedSplits,
		CoarseGroups, FineGroups,
	}
}

// RuleTable returns what each check of Rules demands, why, and what to do
// where it does not hold.
func RuleTable() *view.Table {
	t := view.NewTable("The leakage checks", "check", "what must hold", "why", "severity", "repair")
	for _, r := range Rules() {
		t.Add(r.Name, r.Condition, r.Why, r.Severity, r.Repair)
	}
	return t
}

// chosen returns the rules that the options choose.
func (o Options) chosen() ([]Rule, error) {
	all := Rules()
	var names []string
	for _, r := range all {
		names = append(names, r.Name)
	}
	for _, list := range []struct {
		field string
		names []string
	}{{"Checks", o.Checks}, {"Skip", o.Skip}} {
		for _, name := range list.names {
			if slices.Contains(names, name) {
				continue
			}
			if likely := nearest.Name(strings.ToLower(name), names); likely != "" {
				return nil, fmt.Errorf("leak: Options.%s: there is no check %q; did you mean %q?", list.field, name, likely)
			}
			return nil, fmt.Errorf("leak: Options.%s: there is no check %q; the checks are: %s", list.field, name, strings.Join(names, ", "))
		}
	}
	rules := slices.DeleteFunc(all, func(r Rule) bool {
		return o.Checks != nil && !slices.Contains(o.Checks, r.Name) || slices.Contains(o.Skip, r.Name)
	})
	if len(rules) == 0 {
		return nil, fmt.Errorf("leak: Options.Checks and Options.Skip leave no check to be made")
	}
	return rules, nil
}
