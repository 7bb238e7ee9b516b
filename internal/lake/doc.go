// Package lake keeps the catalogue and the files of one folder of Parquet segments.
//
// A [Lake] is opened with [Open]. Rows enter it only through [Writer.Commit],
// which makes segments, cursors and small tables visible in one catalogue
// transaction; they are found through a [Snapshot]. The Parquet files
// themselves are written and read by package segment.
//
// The folder:
//
//	catalog.db                               the catalogue (SQLite, WAL)
//	segments/TABLE/YYYY-MM-DD/*.parquet      segments, never changed once named
//	writers/ID.lock                          held by the OS while writer ID lives
//	readers/GENERATION-ID.lock               held while a reader of GENERATION lives
//
// Every commit raises the catalogue's generation by one. A segment is visible
// from the generation that added it to the one that ended it (replaced,
// expired or forgotten); its file is unlinked later, by [Lake.Sweep].
package lake
