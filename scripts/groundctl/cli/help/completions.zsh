#compdef groundctl
# Completions of groundctl for zsh. Load them in ~/.zshrc, after compinit: eval "$(groundctl completions zsh)"
_groundctl() {
    local line kind
    local -a found
    while IFS= read -r line; do
        case ${line%%$'\t'*} in
            :files) kind=files ;;
            :folders) kind=folders ;;
            *) found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
        esac
    done < <(groundctl complete "${(@)words[2,CURRENT]}" 2>/dev/null)
    (( $#found )) && _describe -t groundctl groundctl found
    case $kind in
        files) _files ;;
        folders) _files -/ ;;
    esac
}
# The file can be a function that zsh loads at the first Tab, or be evaluated in a start-up file.
if [[ ${funcstack[1]} == _groundctl ]]; then
    _groundctl "$@"
else
    compdef _groundctl groundctl
fi
