// Package topic finds what the documents of a corpus are about: topics, each a
// distribution over words, and for each document the mixture of topics that it
// was made of. LDA is latent Dirichlet allocation (Blei, Ng and Jordan, JMLR
// 2003) by Gibbs sampling; NMF is non-negative matrix factorisation of TF-IDF.
//
// The way is: Count texts into Bags, Fit an LDA or NMF to them, look at the Model.
// Tune chooses the number of topics by coherence over several seeds; ByDomain fits
// a model to each domain and finds the topics that domains share.
//
// The same seed gives the same model, bit for bit, for any number of processors.
//
// The package holds no labels: what a topic is called is for people to say. It
// does not follow topics through time, and topics have no hierarchy.
package topic

import (
	"runtime"

	"viva/mlkit/view"
)

// blockSize is how many documents are worked on together. Sums are taken block
// by block, so that they do not depend on the number of workers.
const blockSize = 64

func workers() int { return runtime.GOMAXPROCS(0) }

func warn(warnings []string) []view.Item {
	var items []view.Item
	for _, w := range warnings {
		items = append(items, view.Item{Note: &view.Note{Level: "warning", Text: w}})
	}
	return items
}
