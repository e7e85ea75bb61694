// Package buckets tests what makes buckets against real S3 servers.
package buckets
