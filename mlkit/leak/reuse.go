package leak

import (
	"fmt"
	"math"

	"viva/mlkit/view"
)

// ReuseLimit is the number of different models above which the test documents
// are worn out.
const ReuseLimit = 5

// ReusedTest wants test documents to be looked at once, or nearly so. Check does
// not make this check: what it counts lies in the ledger of runs, and the
// report says it with its provenance.
var ReusedTest = Rule{
	Name:      "reused test documents",
	Condition: fmt.Sprintf("no more than %d different models have been evaluated on the test documents", ReuseLimit),
	Counts:    "different models that have been evaluated on the test documents",
	Why:       "Whoever changes a model after a look at the test chooses by it. The best of many scores is too good by luck alone, and no test is left that could show it.",
	Severity:  Warning,
	Repair:    "Choose by cross-validation on training documents, and take new test documents for the last word. If none can be had, say how many models were tried.",
}

// TestReuse judges how often test documents have been evaluated on: in how many
// runs, by how many different models, and how many of these only in earlier runs.
// The detail says so whether or not it is too often.
//
// The luck of choosing the best of m models on n documents is put at the
// expected maximum of m normal errors, at most sqrt(2 ln m) standard errors, with
// the largest standard error that an accuracy can have, 1/(2 sqrt n).
func TestReuse(data string, documents, runs, models, earlier int) Finding {
	f := Finding{Rule: ReusedTest}
	f.Detail = fmt.Sprintf("the %s of %s have been evaluated on in %s, by %s", plural(documents, "test document"), data, plural(runs, "run"), plural(models, "different model"))
	if earlier > 0 {
		f.Detail += fmt.Sprintf(", %s of them in earlier runs only", whole(earlier))
	}
	if models <= ReuseLimit {
		return f
	}
	f.Count = models
	luck := math.Sqrt(2*math.Log(float64(models))) / (2 * math.Sqrt(float64(max(1, documents))))
	f.Detail += fmt.Sprintf("; choosing the best of them raises an accuracy by up to about %s by luck alone", view.FormatUnit(min(1, luck), "points"))
	return f
}
