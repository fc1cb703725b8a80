//! Lambda function: scans a capture that lies in S3 and writes the run to the results bucket.
