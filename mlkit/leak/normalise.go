package leak

import "viva/mlkit/neardup"

// Normalise returns the form in which texts are compared: NFKC, case folded,
// with single spaces for every run of characters that are neither letters nor
// numbers, and none at the ends.
func Normalise(text string) string { return neardup.Normalise(text) }
