//go:build race

package classify_test

func init() { raceDetector = true }
