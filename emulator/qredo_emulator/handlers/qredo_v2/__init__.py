"""Operations of the Qredo API v2."""
