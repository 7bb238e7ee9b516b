package schema

import "github.com/azflow/azflow/kql/types"

func ingestBlobs() Table {
	return Table{
		Name:       "IngestBlobs",
		Doc:        "Each blob read, how far, and what it gave.",
		TimeColumn: "LastRead",
		Version:    1,
		Columns: []Column{
			{Name: "BlobId", Type: types.String, Source: Ingest, Doc: "Identity of the blob, as in Flows."},
			{Name: "BlobGeneration", Type: types.Int, Source: Ingest, Doc: "Counts how often the blob was replaced under the same name, from 0."},
			{Name: "Container", Type: types.String, Source: Ingest, Doc: "Container that the blob was read from; empty for files."},
			{Name: "Account", Type: types.String, Source: Ingest, Doc: "Storage account that the blob was read from; empty for files."},
			{Name: "Hour", Type: types.DateTime, Source: Ingest, Optional: true, Doc: "Hour that the blob's path names; null if it names none."},
			{Name: "MacAddress", Type: types.String, Source: Ingest, Doc: "MAC address that the blob's path names, upper case with hyphens; empty if it names none."},
			{Name: "Bytes", Type: types.Long, Source: Ingest, Doc: "Bytes read of the blob."},
			{Name: "Records", Type: types.Long, Source: Ingest, Doc: "Records read of the blob, refused ones included."},
			{Name: "Tuples", Type: types.Long, Source: Ingest, Doc: "Tuples stored of the blob."},
			{Name: "Errors", Type: types.Long, Source: Ingest, Doc: "Tuples, records or blobs refused."},
			{Name: "ETag", Type: types.String, Source: Ingest, Doc: "ETag of the blob when it was last read; empty for files."},
			{Name: "LastBlockId", Type: types.String, Source: Ingest, Doc: "Last block read; empty for files."},
			{Name: "FirstSeen", Type: types.DateTime, Source: Ingest, Doc: "When the blob was first read."},
			{Name: "LastRead", Type: types.DateTime, Source: Ingest, Doc: "When the blob was last read."},
			{Name: "Final", Type: types.Bool, Source: Ingest, Doc: "Whether the blob's hour is over, so that no more is expected."},
		},
	}
}
