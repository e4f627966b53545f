// Package keyphrase extracts keyphrases: it trains a ranker of phrases on
// documents with keyphrases, of several collections together, extracts with
// scores and reasons, and measures as the literature does, by exact match of
// Porter stems, with cross-validation, transfer to collections that were left
// out, and a confusion analysis. Unsupervised methods stand beside it: TF-IDF,
// YAKE, MultipartiteRank and FirstPhrases.
//
// Phrases come from the text: keyphrases that are not in it are never found, and
// count as missed. The word lists and the stemmer are for English. There are no
// pretrained weights; what the package knows of words, it learns from the
// training documents.
package keyphrase
