package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"viva/mlkit/classify"
	"viva/mlkit/data"
	"viva/mlkit/keyphrase"
	"viva/mlkit/topic"
)

type classifier struct{ model *classify.Model }

// Predict implements Predictor. A text none of whose words the classifier knows
// has a reason: its class would be that of the intercepts, whatever it says.
func (c classifier) Predict(ctx context.Context, inputs []Input) ([]Output, error) {
	list, readable := outputs(inputs, Classifier)
	if len(readable) == 0 {
		return list, context.Cause(ctx)
	}
	texts := make([]string, len(readable))
	for i, at := range readable {
		texts[i] = inputs[at].Text
	}
	x, err := c.model.Vocabulary().TransformTexts(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("pipeline: %w", err)
	}
	data.Evaluating(ctx, texts, c.model.Fingerprint, "")
	scores, err := c.model.Linear().Decision(x)
	if err != nil {
		return nil, fmt.Errorf("pipeline: %w", err)
	}
	var probabilities [][]float64
	if calibration := c.model.Calibration(); calibration != nil {
		if probabilities, err = calibration.Probabilities(scores); err != nil {
			return nil, fmt.Errorf("pipeline: %w", err)
		}
	} else {
		// The only error is that the model has none.
		probabilities, _ = c.model.Linear().Probabilities(x)
	}
	classes := c.model.Classes()
	for i, at := range readable {
		o := &list[at]
		if columns, _ := x.Row(i); len(columns) == 0 {
			o.Reason = "the classifier knows no word of the text"
			continue
		}
		best, second := largestTwo(scores[i])
		o.Label = classes[best]
		if second >= 0 {
			o.Margin = scores[i][best] - scores[i][second]
		}
		if probabilities != nil {
			o.Probability = probabilities[i][best]
		}
	}
	return list, nil
}

// largestTwo returns the places of the largest number and of the next, -1 where
// there is none; of equal ones the first comes first.
func largestTwo(x []float64) (best, second int) {
	best, second = -1, -1
	for k, v := range x {
		switch {
		case best < 0 || v > x[best]:
			best, second = k, best
		case second < 0 || v > x[second]:
			second = k
		}
	}
	return best, second
}

type extractor struct {
	model *keyphrase.Model
	most  int
}

// Predict implements Predictor.
func (e extractor) Predict(ctx context.Context, inputs []Input) ([]Output, error) {
	list, readable := outputs(inputs, Keyphrases)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, at := range readable {
		group.Go(func() error {
			phrases, err := e.model.Extract(ctx, inputs[at].document(), e.most)
			if err != nil {
				return fmt.Errorf("pipeline: %w", err)
			}
			if len(phrases) == 0 {
				list[at].Reason = "no phrase of the text could be a keyphrase"
			}
			for _, p := range phrases {
				list[at].Keyphrases = append(list[at].Keyphrases, Keyphrase{p.Text, p.Score})
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return list, nil
}

type topics struct {
	model *topic.Model
	most  int
}

const (
	// leastShare is that of a topic which is given for a document, if the number
	// is not.
	leastShare = 0.05
	// topicWords is how many words a topic is shown with.
	topicWords = 10
)

// Predict implements Predictor.
func (t topics) Predict(ctx context.Context, inputs []Input) ([]Output, error) {
	list, readable := outputs(inputs, Topics)
	if len(readable) == 0 {
		return list, context.Cause(ctx)
	}
	texts := make([]string, len(readable))
	for i, at := range readable {
		texts[i] = inputs[at].Text
	}
	mixtures, err := t.model.Infer(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("pipeline: %w", err)
	}
	words := make([][]string, t.model.Topics())
	for i, at := range readable {
		o := &list[at]
		order := make([]int, len(mixtures[i]))
		for k := range order {
			order[k] = k
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(mixtures[i][b], mixtures[i][a]) })
		if mixtures[i][order[0]] == 0 {
			o.Reason = "the topic model knows no word of the text"
			continue
		}
		o.Mixture = mixtures[i]
		for _, k := range order {
			share := mixtures[i][k]
			if t.most > 0 && len(o.Topics) == t.most || t.most == 0 && len(o.Topics) > 0 && share < leastShare {
				break
			}
			if words[k] == nil {
				terms, err := t.model.TopTerms(k, topicWords)
				if err != nil {
					return nil, fmt.Errorf("pipeline: %w", err)
				}
				for _, term := range terms {
					words[k] = append(words[k], term.Term)
				}
			}
			o.Topics = append(o.Topics, Topic{k + 1, share, slices.Clone(words[k])})
		}
	}
	return list, nil
}
