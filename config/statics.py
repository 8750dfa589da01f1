from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Names that carry the digest of the content, once `serve` has collected the files.

    Until then, as in tests and in one-off commands, the plain names that the finders serve.
    """

    def stored_name(self, name: str) -> str:
        return self.hashed_files.get(self.hash_key(self.clean_name(name)), name)
