package leak

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"viva/mlkit/data"
	"viva/mlkit/metric"
	"viva/mlkit/view"
)

// LaterTraining wants nothing to be learned from after the first document that
// is tested.
var LaterTraining = Rule{
	Name:      "later training documents",
	Condition: "no training document is later than the first test document",
	Counts:    "training documents that are later than the first test document",
	Why:       "A model that is used will see texts from after its training. One that has read tomorrow's news is tested on yesterday's: names, events and replies give later texts away.",
	Severity:  Warning,
	Repair:    "Split by time, the latest documents for the test, or say that the score is not one for later texts.",
	run:       plain(laterTraining),
}

func laterTraining(in *input) Finding {
	var train, test []int
	withSplit := 0
	for row, d := range in.docs {
		switch {
		case d.Split != data.Train && d.Split != data.Test:
			continue
		case d.Time.IsZero():
		case d.Split == data.Train:
			train = append(train, row)
		default:
			test = append(test, row)
		}
		withSplit++
	}
	switch {
	case withSplit == 0:
		return Finding{Skipped: noSplits}
	case len(train) == 0 && len(test) == 0:
		return Finding{Skipped: "no document has a time"}
	case len(train) == 0 || len(test) == 0:
		return Finding{Skipped: "no training document, or no test document, has a time"}
	}
	byTime := func(a, b int) int { return cmp.Or(in.docs[a].Time.Compare(in.docs[b].Time), cmp.Compare(a, b)) }
	slices.SortFunc(train, byTime)
	slices.SortFunc(test, byTime)
	first := in.docs[test[0]].Time
	at, _ := slices.BinarySearchFunc(train, first, func(row int, t time.Time) int {
		if in.docs[row].Time.After(t) {
			return 1
		}
		return -1
	})
	later := train[at:]
	f := Finding{Count: len(later)}
	positive, seconds := make([]bool, 0, len(train)+len(test)), make([]float64, 0, len(train)+len(test))
	for i, rows := range [][]int{train, test} {
		for _, row := range rows {
			positive, seconds = append(positive, i == 1), append(seconds, float64(in.docs[row].Time.Unix()))
		}
	}
	roc, err := metric.NewROC(positive, seconds, metric.ROCOptions{})
	if err != nil {
		return f // there are some of both, with times
	}
	order := roc.AUC()
	order.Name = "probability that a test document is later than a training document"
	order.Unit = "%"
	f.Measures = []view.Metric{order}
	how := "the split goes by time, with exceptions"
	switch {
	case len(later) == 0:
		how = "the split goes by time"
	case order.Interval != nil && order.Interval.Low <= 0.5 && order.Interval.High >= 0.5 || order.Value < 0.6:
		how = "the split takes no account of time"
	case order.Value < 0.95:
		how = "the split goes by time only in part"
	}
	f.Detail = fmt.Sprintf("%s of %s training documents with a time; a test document is later than a training document with a probability of %s: %s",
		view.FormatUnit(float64(len(later))/float64(len(train)), "%"), whole(len(train)), order.Text(), how)
	if without := withSplit - len(train) - len(test); without > 0 {
		f.Detail += fmt.Sprintf("; %s without a time are left out", plural(without, "document"))
	}
	if len(later) == 0 {
		return f
	}
	f.Evidence = view.NewTable("Times of the splits", "split", "documents with a time", "first", "median", "last")
	for _, split := range in.corpus.SplitNames() {
		var times []time.Time
		for _, d := range in.docs {
			if d.Split == split && !d.Time.IsZero() {
				times = append(times, d.Time)
			}
		}
		if len(times) == 0 {
			continue
		}
		slices.SortFunc(times, time.Time.Compare)
		stamp := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }
		f.Evidence.Add(split, len(times), stamp(times[0]), stamp(times[len(times)/2]), stamp(times[len(times)-1]))
	}
	f.Evidence.Notes = append(f.Evidence.Notes, fmt.Sprintf("The first test document is %s, the last training document %s. Times are UTC.", in.docs[test[0]].ID, in.docs[train[len(train)-1]].ID))
	return f
}

// day prints a time given in seconds.
func day(unix float64) string { return time.Unix(int64(unix), 0).UTC().Format("2006-01-02") }
