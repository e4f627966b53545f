package metric_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"testing"

	"viva/mlkit/metric"
)

// testdata/recorded.py recorded what scikit-learn says.
func TestScoresAreScikitLearns(t *testing.T) {
	content, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Truth, Predicted, Labels []string
		Accuracy                 float64
		Precision, Recall, F1    []float64
		Support                  []int
		Confusion                [][]int
		Macro, Micro, Weighted   [3]float64
	}
	if err := json.Unmarshal(content, &cases); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		t.Run(fmt.Sprintf("case %d with %d documents", i, len(c.Truth)), func(t *testing.T) {
			r, err := metric.Classify(c.Truth, c.Predicted)
			if err != nil {
				t.Fatal(err)
			}
			equal := func(what string, got, want float64) {
				t.Helper()
				if math.Abs(got-want) > 1e-12 {
					t.Errorf("%s is %v, want %v", what, got, want)
				}
			}
			equal("accuracy", r.Accuracy().Value, c.Accuracy)
			if !reflect.DeepEqual(r.Labels(), c.Labels) {
				t.Fatalf("labels %q, want %q", r.Labels(), c.Labels)
			}
			for k, class := range r.Classes {
				equal("precision of "+class.Label, class.Precision, c.Precision[k])
				equal("recall of "+class.Label, class.Recall, c.Recall[k])
				equal("F1 of "+class.Label, class.F1, c.F1[k])
				if class.Support != c.Support[k] {
					t.Errorf("support of %s is %d, want %d", class.Label, class.Support, c.Support[k])
				}
			}
			for _, average := range []struct {
				name string
				got  metric.Average
				want [3]float64
			}{{"macro", r.Macro, c.Macro}, {"micro", r.Micro, c.Micro}, {"weighted", r.Weighted, c.Weighted}} {
				equal(average.name+" precision", average.got.Precision, average.want[0])
				equal(average.name+" recall", average.got.Recall, average.want[1])
				equal(average.name+" F1", average.got.F1, average.want[2])
			}
			if confusion := r.Confusion(); !reflect.DeepEqual(confusion.Counts, c.Confusion) {
				t.Errorf("confusion %v, want %v", confusion.Counts, c.Confusion)
			}
		})
	}
}
