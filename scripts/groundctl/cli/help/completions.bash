# Completions of groundctl for bash. Load them in ~/.bashrc: eval "$(groundctl completions bash)"
_groundctl() {
    local line value kind="" current="${COMP_WORDS[COMP_CWORD]}"
    [[ $current == "=" ]] && current=""
    COMPREPLY=()
    while IFS= read -r line; do
        value=${line%%$'\t'*}
        case $value in
            :files) kind=file ;;
            :folders) kind=directory ;;
            *) COMPREPLY+=("$value") ;;
        esac
    done < <(groundctl complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    if [[ -n $kind ]]; then
        compopt -o filenames 2>/dev/null
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -A "$kind" -- "$current")
    fi
}
complete -F _groundctl groundctl
