module github.com/azflow/azflow

go 1.26.0
