"""Operations and views that several versions have in common. The versions import them; they import no version."""
